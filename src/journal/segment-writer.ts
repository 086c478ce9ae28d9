import { closeSync, existsSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf, systemCodeOf } from "../lib/errors.ts";
import { makeDirectory, syncDirectory } from "../lib/files.ts";
import { journalDirectory, segmentFile, streamDirectory } from "../format/index.ts";
import type { FileChange } from "../event/index.ts";
import { createSegmentFile, inodeOf, readRest } from "./segment-file.ts";
import { type ClosedSegments, createClosedSegments } from "./closed-segments.ts";
import type { CutSegment, LostRecords } from "./cut-segment.ts";
import { restoreSegment, type SegmentCopy } from "./restore-segment.ts";
import type { CareRequest, CareResult, Finding, SegmentFacts } from "./segment-care.ts";

/** Appends whole lines to the segments of one stream. */
export interface SegmentWriter {
  /** Writes a line and its line end. Throws the system error, and then nothing of it is in the file. */
  readonly appendLine: (bytes: Uint8Array) => void;
  /** The segments whose bytes are not known to be durable, as they are now. */
  readonly unconfirmed: () => CareRequest;
  /** Takes note of which bytes are durable, and which segments could not be synced. */
  readonly noteSynced: (result: Pick<CareResult, "confirmed" | "unsynced">) => void;
  /** Goes on in a new segment, at once. Where none can be opened it says why, and goes on in the old one. */
  readonly leave: () => string | undefined;
  /**
   * Mends the segment that is being written: brings it back under its name, or goes on in a new one
   * with what was written behind a cut.
   *
   * @returns what was done; undefined: it is another segment, or another file, by now.
   * @throws the system error when it cannot be mended yet: it is written on.
   */
  readonly mend: (finding: Finding) => Mended | undefined;
  /** An older segment needs no more care; false: that was known. */
  readonly release: (fd: number) => boolean;
  /** Closes the descriptors of what was released. */
  readonly closeReleased: () => void;
  /** Earlier segments, confirmed once, that somebody else took away. */
  readonly takeMissing: ClosedSegments["takeMissing"];
  /** Closes the descriptors. */
  readonly close: () => void;
}

/** What was done to the segment that is being written. */
export interface Mended {
  readonly change: FileChange;
  readonly lost?: LostRecords;
}

/** What {@link openSegmentWriter} takes. */
export interface SegmentWriterOptions {
  /** The audit directory. */
  readonly directory: string;
  readonly stream: string;
  /** Bytes after which a new segment begins. */
  readonly maxBytes: number;
  /** Milliseconds after which a new segment begins. */
  readonly maxAgeMillis: number;
  /** Milliseconds of the monotonic clock: a day is a day, whatever happens to the time of day. */
  readonly nowMillis: () => number;
  readonly report: (line: string) => void;
  /** A file stands where a segment was to be made; it is left alone. */
  readonly foundForeign: (name: string) => void;
  /** A further segment is written from now on. */
  readonly began: () => void;
}

/** A segment that can be counted up. */
interface OpenSegment {
  readonly number: number;
  facts: Omit<SegmentFacts, "size" | "count">;
  size: number;
  count: number;
  /** Bytes that are known to be durable. */
  confirmed: number;
  /** Since when it cannot be synced, monotonic milliseconds; undefined: nobody failed to. */
  unsyncedSince: number | undefined;
  readonly endsAtMillis: number;
}

const LINE_END = 0x0a;
/** Where the next segment cannot be opened, it is tried again after this time. */
const RETRY_MILLIS = 1000;
/** A segment that cannot be synced for so long after it was left never will be. */
const GIVE_UP_MILLIS = 10_000;
/** Errors of a write that are about this one file. */
const FILE_IS_BAD: ReadonlySet<string | undefined> = new Set(["EIO", "EFBIG", "EROFS"]);

/**
 * Opens the journal of a new stream: `journal/<stream>/1.jsonl`, 0600 in directories 0700.
 *
 * @throws the system error when the directories or the file cannot be made.
 */
export function openSegmentWriter(options: SegmentWriterOptions): SegmentWriter {
  const { directory, stream, maxBytes, maxAgeMillis, nowMillis, report } = options;
  const folder = streamDirectory(directory, stream);
  makeDirectory(folder);
  const older: OpenSegment[] = [];
  const released: number[] = [];
  const closed = createClosedSegments(directory, stream);
  let number = 0;
  let sequence = 0;
  /** What a failed write left could not be cut off: the file takes no more lines. */
  let isTorn = false;
  let mustLeave = false;
  let retryAtMillis = 0;
  let problem: string | undefined;
  /** Lines behind a cut, whose copy could not be written yet. */
  let survivors: { readonly bytes: Uint8Array; readonly count: number } | undefined;
  let current = openNext();

  function openNext(): OpenSegment {
    for (;;) {
      number++;
      const name = segmentFile(number);
      const path = join(folder, name);
      try {
        const facts = { ...createSegmentFile(path), path, name: nameOf(stream, name) };
        isTorn = false;
        mustLeave = false;
        return {
          number,
          facts: { ...facts, first: sequence + 1 },
          size: 0,
          count: 0,
          confirmed: 0,
          unsyncedSince: undefined,
          endsAtMillis: nowMillis() + maxAgeMillis,
        };
      } catch (error) {
        if (systemCodeOf(error) === "EEXIST") {
          options.foundForeign(nameOf(stream, name));
          continue;
        }
        number--;
        throw error;
      }
    }
  }

  /** The old one stays open until somebody has confirmed it. */
  function advance(): void {
    const next = openNext();
    older.push(current);
    current = next;
    problem = undefined;
    options.began();
  }

  function isThere(): boolean {
    return existsSync(current.facts.path);
  }

  function leave(): string | undefined {
    try {
      advance();
      return undefined;
    } catch (error) {
      retryAtMillis = nowMillis() + RETRY_MILLIS;
      const why = `the next segment cannot be opened: ${messageOf(error)}`;
      if (problem === undefined) report(`${why}; ${current.facts.name} is written on`);
      problem = why;
      return why;
    }
  }

  function makeRoom(length: number): void {
    const isDue =
      mustLeave ||
      (current.size > 0 &&
        (current.size + length > maxBytes || nowMillis() >= current.endsAtMillis));
    // One that lacks its name gets it back first: readers would go on in the next and never come back.
    if (isTorn) advance();
    else if (isDue && isThere() && (problem === undefined || nowMillis() >= retryAtMillis)) leave();
  }

  function write(bytes: Uint8Array): void {
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(current.facts.fd, bytes, done);
    } catch (error) {
      mustLeave ||= FILE_IS_BAD.has(systemCodeOf(error));
      cutOff(done);
      throw error;
    }
  }

  /** A short write left a part. Where it cannot be cut off, the next line opens a new segment. */
  function cutOff(length: number): void {
    if (length === 0) return;
    isTorn = true;
    // From the file's own end: others may have cut it, and one behind that would fill it with NULs.
    const { size } = fstatSync(current.facts.fd);
    ftruncateSync(current.facts.fd, Math.max(0, size - length));
    isTorn = false;
  }

  /** Whether a failed sync of it is nothing new: its bytes are durable, or counted as unconfirmed long ago. */
  function mayFail({ size, confirmed, unsyncedSince = Infinity }: OpenSegment): boolean {
    return confirmed >= size || nowMillis() - unsyncedSince >= GIVE_UP_MILLIS;
  }

  function restore(finding: Finding, copy: SegmentCopy): Mended {
    const { path, name } = current.facts;
    const { keptAs } = restoreSegment(current.facts, copy, (fd) => {
      released.push(current.facts.fd);
      current.facts = { ...current.facts, fd, inode: inodeOf(fd, path) };
    });
    const kept = keptAs === undefined ? {} : { keptAs };
    return { change: { file: name, change: finding.change, isRestored: true, ...kept } };
  }

  /** Readers may have been beyond the cut: what was written behind it stands in the next segment too. */
  function leaveCut(finding: Finding, cut: CutSegment): Mended {
    const left = current;
    // Written before the cut was noticed: that is little.
    const bytes = readRest(left.facts.fd, cut.survivorsFrom);
    const count = linesIn(bytes);
    // Counted here: some may have been written, and cut off, after the thread was asked to look.
    const missing = sequence - cut.next + 1 - count;
    advance();
    left.size = fstatSync(left.facts.fd).size;
    left.confirmed = 0;
    if (count > 0) survivors = { bytes, count };
    try {
      writeSurvivors();
    } catch {
      // They are still where they were, and come before the next line.
    }
    const { name } = left.facts;
    const change: FileChange = { file: name, change: finding.change, isRestored: false };
    if (missing <= 0) return { change };
    const to = Math.max(cut.lost?.to ?? 0, cut.next + missing - 1);
    return { change, lost: { file: name, from: cut.next, to, count: missing } };
  }

  function writeSurvivors(): void {
    if (survivors === undefined) return;
    const { bytes, count } = survivors;
    write(bytes);
    survivors = undefined;
    current.facts = { ...current.facts, first: sequence - count + 1 };
    current.size = bytes.length;
    current.count = count;
  }

  function closeReleased(): void {
    for (const fd of released.splice(0)) {
      try {
        closeSync(fd);
      } catch {
        // Closed by somebody else: it is what we want.
      }
    }
  }

  syncDirectory(journalDirectory(directory));
  syncDirectory(directory);
  return {
    appendLine(bytes) {
      makeRoom(bytes.length);
      writeSurvivors();
      write(bytes);
      current.size += bytes.length;
      current.count++;
      sequence++;
    },
    unconfirmed: () => ({
      current: factsOf(current),
      older: older.map((segment) => ({ ...factsOf(segment), mayFail: mayFail(segment) })),
    }),
    noteSynced({ confirmed, unsynced = [] }) {
      for (const segment of [...older, current]) {
        const { fd } = segment.facts;
        if (fd === confirmed?.fd) segment.confirmed = confirmed.size;
        if (unsynced.includes(fd)) segment.unsyncedSince ??= nowMillis();
      }
    },
    leave,
    mend(finding) {
      if (finding.fd !== current.facts.fd) return undefined;
      if (finding.cut !== undefined) return leaveCut(finding, finding.cut);
      return finding.copy === undefined ? undefined : restore(finding, finding.copy);
    },
    release(fd) {
      const at = older.findIndex(({ facts }) => facts.fd === fd);
      const [segment] = at < 0 ? [] : older.splice(at, 1);
      if (segment === undefined) return false;
      released.push(fd);
      closed.add({ ...recordsOf(segment), number: segment.number });
      return true;
    },
    closeReleased,
    takeMissing: closed.takeMissing,
    close() {
      for (const { facts } of [...older.splice(0), current]) released.push(facts.fd);
      closeReleased();
    },
  };
}

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++;
  return count;
}

function nameOf(stream: string, file: string): string {
  return `journal/${stream}/${file}`;
}

function factsOf({ facts, size, count }: OpenSegment): SegmentFacts {
  return { ...facts, size, count };
}

function recordsOf({ facts: { name, first }, count }: OpenSegment): LostRecords {
  return { file: name, from: first, to: first + count - 1, count };
}
