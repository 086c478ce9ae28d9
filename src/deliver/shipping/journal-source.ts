/**
 * The journals of a directory, as a shipper reads them: behind a cursor per stream, by one process
 * at a time, living streams and dead ones alike.
 */
import { join } from "node:path";
import { listStreams, stateDirectory } from "../../format/index.ts";
import { isStreamEnded, type JournalPosition } from "../../journal/index.ts";
import { counted, verbFor } from "../../lib/counted.ts";
import { messageOf } from "../../lib/errors.ts";
import { makeDirectory } from "../../lib/files.ts";
import { type FileLock, tryLockFile } from "../../lib/file-lock.ts";
import { createFinishedStreams } from "./finished-streams.ts";
import { createLikelyRecords, orNone, resourceOfLine } from "./likely-records.ts";
import { createOwnJournal } from "./own-journal.ts";
import { quarantine } from "./quarantine.ts";
import { createShipCursors } from "./ship-cursors.ts";
import { type StreamBacklog, streamBacklog, sumOfBacklogs } from "./ship-backlog.ts";
import {
  createShipmentReader,
  type ShipBatch,
  type Shipment,
  type ShipSource,
} from "./ship-source.ts";
import type { ShipState } from "./ship-state.ts";

/** What {@link createJournalSource} takes. */
export interface JournalSourceOptions {
  readonly directory: string;
  /** The stream that is written in this process; the others are looked at once a second. */
  readonly stream?: string;
  /** Host of the receiver, for the quarantine. */
  readonly host: string;
  readonly report: (line: string) => void;
}

/** Other processes' records are noticed this often. */
const SCAN_MILLIS = 1000;
/** Whether the process of a stream that is shipped whole is dead is asked this often. */
const ENDED_MILLIS = 30_000;

/** A batch with the places behind its records. */
interface JournalBatch extends ShipBatch {
  readonly ends: readonly JournalPosition[];
  /** Lines that are no records, by the number of records before them. */
  readonly bad: readonly { readonly before: number; readonly why: string }[];
  readonly end: JournalPosition;
}

/** Reads nothing yet; takes the lock with the first `hold` that finds it free. */
export function createJournalSource(options: JournalSourceOptions): ShipSource {
  const { directory, host, report } = options;
  const journal = createOwnJournal(directory, report);
  const cursors = createShipCursors(directory, report);
  const backlogs = new Map<string, StreamBacklog>();
  const finished = createFinishedStreams(directory, journal);
  const askedAt = new Map<string, number>();
  /** Streams whose last batch was not their end. */
  const busy = new Set<string>();
  let unreadable = 0;
  /** The end of the batch that was read, by batch: only the last one is of interest. */
  let current: JournalBatch | undefined;
  let lock: FileLock | null = null;
  let nextScanAt = 0;

  function letGo(): void {
    // While nobody else may move them.
    if (lock !== null) cursors.drop();
    lock?.release();
    lock = null;
    backlogs.clear();
    busy.clear();
    current = undefined;
  }

  function hold(): boolean {
    if (lock !== null && !lock.isInPlace()) {
      report("state/ship.lock was deleted or replaced: taking it anew; records may be sent twice");
      cursors.clear();
      finished.clear();
      letGo();
    }
    if (lock !== null) return true;
    makeDirectory(stateDirectory(directory));
    lock = tryLockFile(join(stateDirectory(directory), "ship.lock"));
    nextScanAt = 0;
    return lock !== null;
  }

  /** Shipped whole and dead: from now on it is looked at now and then only. */
  function finishIfEnded(stream: string): void {
    const now = performance.now();
    if (stream === options.stream || now < (askedAt.get(stream) ?? 0)) return;
    if (!cursors.isSaved(stream)) return;
    askedAt.set(stream, now + ENDED_MILLIS);
    if (!isStreamEnded(directory, stream)) return;
    // What was written between the last reading and the end.
    const { position } = cursors.of(stream);
    if (journal.read(stream, position, 1).length > 0) return;
    finished.add(stream, position);
    cursors.forget(stream);
    backlogs.delete(stream);
    askedAt.delete(stream);
  }

  function readBatch(stream: string, maxBytes: number): JournalBatch | undefined {
    const cursor = cursors.of(stream);
    const lines = journal.read(stream, cursor.position, maxBytes);
    const end = lines.at(-1)?.end;
    if (end === undefined) {
      busy.delete(stream);
      finishIfEnded(stream);
      return undefined;
    }
    busy.add(stream);
    const toShipment = createShipmentReader(resourceOf(stream, lines[0]?.text ?? ""));
    const items: Shipment[] = [];
    const ends: JournalPosition[] = [];
    const bad: JournalBatch["bad"][number][] = [];
    let bytes = 0;
    for (const line of lines) {
      bytes += line.text.length;
      try {
        items.push(toShipment(line.text));
        ends.push(line.end);
      } catch (error) {
        bad.push({ before: items.length, why: messageOf(error) });
      }
    }
    return (current = { stream, items, bytes, ends, end, bad });
  }

  /** That of the cursor; where both it and the start record are gone, what the line itself tells. */
  function resourceOf(stream: string, line: string): ShipState["resource"] {
    const cursor = cursors.of(stream);
    if (Object.keys(cursor.resource).length > 0) return cursor.resource;
    const resource = resourceOfLine(line);
    if (resource === undefined) return cursor.resource;
    cursors.set(stream, { ...cursor, resource });
    report(
      `the cursor of stream ${stream} in state/ is gone, and so is its start record: its records are sent with service.name alone`,
    );
    return resource;
  }

  /** Passed over for good now: counted, and said once a batch. */
  function countBad(stream: string, bad: JournalBatch["bad"]): void {
    const [first] = bad;
    if (first === undefined) return;
    unreadable += bad.length;
    report(
      `${counted(bad.length, "line")} in the journal of stream ${stream} ${verbFor(bad.length, "is no record")} and cannot be shipped: ${first.why}`,
    );
  }

  function keepRefused(stream: string, refused: readonly { item: Shipment; why: string }[]): void {
    const [first] = refused;
    if (first === undefined) return;
    const time = new Date().toISOString();
    quarantine(
      directory,
      { stream, sequence: first.item.sequence },
      refused.map(({ item, why }) => ({
        time,
        endpoint: host,
        reason: why,
        resource: item.resource,
        line: item.line,
      })),
    );
  }

  const likely = createLikelyRecords({
    directory,
    journal,
    resourceOf: (stream) => cursors.of(stream).resource,
  });

  return {
    words: {
      waiting: "they stay in the journal",
      refused: "kept: otel-audit quarantine list",
    },
    hold,
    letGo,
    streams() {
      const now = performance.now();
      // Between two looks at the directory: what is new here, and what was not at its end yet.
      if (options.stream !== undefined && now < nextScanAt) {
        return [...new Set([options.stream, ...busy])];
      }
      nextScanAt = now + SCAN_MILLIS;
      cursors.saveLater();
      return finished.others(listStreams(directory));
    },
    read: async (stream, maxBytes) => readBatch(stream, maxBytes),
    settle(batch, { settled, refused }) {
      const read = current;
      if (read !== batch) return false;
      keepRefused(batch.stream, refused);
      const isWhole = settled === read.items.length;
      const position = isWhole ? read.end : read.ends[settled - 1];
      if (position === undefined) return false;
      const resource = read.items[settled - 1]?.resource ?? cursors.of(batch.stream).resource;
      cursors.save(batch.stream, { position, resource });
      countBad(
        batch.stream,
        isWhole ? read.bad : read.bad.filter(({ before }) => before < settled),
      );
      return true;
    },
    probes: ({ stream }) => likely(stream, options.stream ?? stream),
    unreadable: () => unreadable,
    backlog() {
      const streams = listStreams(directory).filter((stream) => !finished.has(stream));
      return sumOfBacklogs(
        streams.flatMap((stream) =>
          orNone(() => {
            const place = { directory, stream, journal };
            const now = streamBacklog(place, cursors.of(stream).position, backlogs.get(stream));
            backlogs.set(stream, now);
            return [now.backlog];
          }),
        ),
      );
    },
  };
}
