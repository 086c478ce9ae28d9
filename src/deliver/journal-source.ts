/**
 * The journals of a directory, as a shipper reads them: behind a cursor per stream, by one process
 * at a time, living streams and dead ones alike.
 */
import { join } from "node:path";
import { listStreams, segmentFile, stateDirectory, streamDirectory } from "../format/index.ts";
import { isStreamEnded, JOURNAL_START, type JournalPosition } from "../journal/index.ts";
import { messageOf } from "../lib/errors.ts";
import { makeDirectory } from "../lib/files.ts";
import { tryWatchedLock, type WatchedLock } from "../lib/watched-lock.ts";
import { createOwnJournal } from "./own-journal.ts";
import { quarantine } from "./quarantine.ts";
import { lastLineOf, type StreamBacklog, streamBacklog } from "./ship-backlog.ts";
import {
  type Backlog,
  createShipmentReader,
  type ShipBatch,
  type Shipment,
  type ShipSource,
} from "./ship-source.ts";
import { loadShipState, saveShipState, type ShipState } from "./ship-state.ts";

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
/** A dead process's stream that is shipped whole is left alone for good; whether it is dead is asked this often. */
const ENDED_MILLIS = 30_000;
/** A start record carries what the process runs on, and may be long. */
const PROBE_BYTES = 64 * 1024;

/** A batch with the places behind its records. */
interface JournalBatch extends ShipBatch {
  readonly ends: readonly JournalPosition[];
  readonly end: JournalPosition;
}

/** Reads nothing yet; takes the lock with the first `hold` that finds it free. */
export function createJournalSource(options: JournalSourceOptions): ShipSource {
  const { directory, host, report } = options;
  const journal = createOwnJournal(directory, report);
  const cursors = new Map<string, ShipState>();
  const backlogs = new Map<string, StreamBacklog>();
  /** Streams that nobody will write to, shipped to their end. */
  const finished = new Set<string>();
  const askedAt = new Map<string, number>();
  /** The end of the batch that was read, by batch: only the last one is of interest. */
  let current: JournalBatch | undefined;
  let lock: WatchedLock | null = null;
  let nextScanAt = 0;

  function letGo(): void {
    lock?.release();
    lock = null;
    cursors.clear();
    backlogs.clear();
    current = undefined;
  }

  function hold(): boolean {
    if (lock !== null && !lock.isInPlace()) {
      report("state/ship.lock was deleted or replaced: taking it anew; records may be sent twice");
      letGo();
    }
    if (lock !== null) return true;
    makeDirectory(stateDirectory(directory));
    lock = tryWatchedLock(join(stateDirectory(directory), "ship.lock"));
    nextScanAt = 0;
    return lock !== null;
  }

  function cursorOf(stream: string): ShipState {
    const cursor = cursors.get(stream) ?? loadShipState(directory, stream);
    cursors.set(stream, cursor);
    return cursor;
  }

  /** Shipped whole and dead: it costs nothing from now on, in time or memory. */
  function finishIfEnded(stream: string): void {
    const now = performance.now();
    if (stream === options.stream || now < (askedAt.get(stream) ?? 0)) return;
    askedAt.set(stream, now + ENDED_MILLIS);
    if (!isStreamEnded(directory, stream)) return;
    // What was written between the last reading and the end.
    if (journal.read(stream, cursorOf(stream).position, 1).length > 0) return;
    finished.add(stream);
    cursors.delete(stream);
    backlogs.delete(stream);
    askedAt.delete(stream);
  }

  function readBatch(stream: string, maxBytes: number): JournalBatch | undefined {
    const cursor = cursorOf(stream);
    const lines = journal.read(stream, cursor.position, maxBytes);
    const end = lines.at(-1)?.end;
    if (end === undefined) {
      finishIfEnded(stream);
      return undefined;
    }
    const toShipment = createShipmentReader(cursor.resource);
    const items: Shipment[] = [];
    const ends: JournalPosition[] = [];
    let bytes = 0;
    for (const line of lines) {
      bytes += line.text.length;
      try {
        items.push(toShipment(line.text));
        ends.push(line.end);
      } catch (error) {
        report(
          `a line in the journal of stream ${stream} is no record and cannot be shipped: ${messageOf(error)}`,
        );
      }
    }
    return (current = { stream, items, bytes, ends, end });
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

  /** The first record of a stream, or its last one. */
  function startOf(stream: string): readonly Shipment[] {
    const [line] = journal.read(stream, JOURNAL_START, PROBE_BYTES);
    return line === undefined ? [] : shipments([line.text], cursorOf(stream).resource);
  }

  function newestOf(stream: string): readonly Shipment[] {
    const segment = journal.segments(stream).at(-1);
    if (segment === undefined) return [];
    const line = lastLineOf(join(streamDirectory(directory, stream), segmentFile(segment)));
    const { resource } = startOf(stream)[0] ?? cursorOf(stream);
    return line === undefined ? [] : shipments([line], resource);
  }

  return {
    words: {
      waiting: "they stay in the journal",
      refused: "they are kept: otel-audit quarantine list",
    },
    hold,
    letGo,
    streams() {
      const now = performance.now();
      if (options.stream !== undefined && now < nextScanAt) return [options.stream];
      nextScanAt = now + SCAN_MILLIS;
      return listStreams(directory).filter((stream) => !finished.has(stream));
    },
    read: async (stream, maxBytes) => readBatch(stream, maxBytes),
    settle(batch, { settled, refused }) {
      const read = current;
      if (read === undefined || read.stream !== batch.stream) return;
      keepRefused(batch.stream, refused);
      const isWhole = settled === read.items.length;
      const position = isWhole ? read.end : read.ends[settled - 1];
      if (position === undefined) return;
      const resource = read.items[settled - 1]?.resource ?? cursorOf(batch.stream).resource;
      const state: ShipState = { position, resource };
      saveShipState(directory, batch.stream, state);
      cursors.set(batch.stream, state);
    },
    probes(batch) {
      const own = options.stream ?? batch.stream;
      const likely = [startOf(batch.stream), startOf(own), newestOf(own), newestOf(batch.stream)];
      return [...new Map(likely.flat().map((shipment) => [shipment.id, shipment])).values()];
    },
    backlog() {
      const all: Backlog[] = listStreams(directory)
        .filter((stream) => !finished.has(stream))
        .map((stream) => {
          const place = { directory, stream, journal };
          const now = streamBacklog(place, cursorOf(stream).position, backlogs.get(stream));
          backlogs.set(stream, now);
          return now.backlog;
        });
      return sumOf(all);
    },
  };
}

/** The lines that are records. */
function shipments(lines: readonly string[], resource: ShipState["resource"]): readonly Shipment[] {
  const toShipment = createShipmentReader(resource);
  return lines.flatMap((line) => {
    try {
      return [toShipment(line)];
    } catch {
      return [];
    }
  });
}

function sumOf(all: readonly Backlog[]): Backlog {
  let [records, bytes] = [0, 0];
  let oldestTime: string | undefined;
  for (const one of all) {
    records += one.records;
    bytes += one.bytes;
    const time = one.oldestTime;
    if (time !== undefined && (oldestTime === undefined || time < oldestTime)) oldestTime = time;
  }
  return { records, bytes, oldestTime };
}
