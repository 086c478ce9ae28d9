import { existsSync, fstatSync, ftruncateSync, rmdirSync, writeSync } from "node:fs";
import type { FileChange } from "../event/index.ts";
import { streamDirectory } from "../format/index.ts";
import { messageOf, systemCodeOf } from "../lib/errors.ts";
import { makeDirectory, syncDirectory } from "../lib/files.ts";
import type { ClosedSegments } from "./closed-segments.ts";
import type { CutSegment, LostRecords } from "./cut-segment.ts";
import { outcomeOfCut, type Survivors } from "./cut-survivors.ts";
import { createLeftSegments } from "./left-segments.ts";
import { factsOf, noteSynced, openSegment, type OpenSegment, segmentName } from "./open-segment.ts";
import { restoreSegment, type SegmentCopy } from "./restore-segment.ts";
import type { CareRequest, CareResult, Finding } from "./segment-care.ts";
import { inodeOf } from "./segment-file.ts";

/** Appends whole lines to the segments of one stream. */
export interface SegmentWriter {
  /** Writes a line and its line end. Throws the system error, and then nothing of it is in the file. */
  readonly appendLine: (bytes: Uint8Array) => void;
  /** Writes so many bytes and cuts them off again. Throws the system error where a line could not be written. */
  readonly probe: (length: number) => void;
  /** The segments whose bytes are not known to be durable, as they are now. */
  readonly unconfirmed: () => CareRequest;
  /** Takes note of which bytes are durable, and which segments could not be synced. */
  readonly noteSynced: (result: Pick<CareResult, "confirmed" | "unsynced">) => void;
  /**
   * Goes on in a new segment; from one empty segment to the next ever more rarely. Where none can be
   * opened it says so, and goes on in the old one.
   */
  readonly leave: () => void;
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

/** Where the next segment cannot be opened, it is tried again after this time. */
const RETRY_MILLIS = 1000;
/** An empty segment is left again too, in case it is the file that is broken; ever later, up to this time. */
const MAX_EMPTY_MILLIS = 60_000;
/** Errors of a write that are about this one file. */
const FILE_IS_BAD: ReadonlySet<string | undefined> = new Set(["EIO", "EFBIG", "EROFS"]);

/**
 * Opens the journal of a new stream: `journal/<stream>/1.jsonl`, 0600 in directories 0700.
 *
 * @throws the system error when the directories or the file cannot be made.
 */
export function openSegmentWriter(options: SegmentWriterOptions): SegmentWriter {
  const { directory, stream, maxBytes, maxAgeMillis, nowMillis, report } = options;
  makeDirectory(streamDirectory(directory, stream));
  const left = createLeftSegments(directory, stream, nowMillis);
  let number = 0;
  let sequence = 0;
  /** What a failed write left could not be cut off: the file takes no more lines. */
  let isTorn = false;
  let mustLeave = false;
  let retryAtMillis = 0;
  let problem: string | undefined;
  let emptyMillis = 0;
  let leaveEmptyAtMillis = 0;
  /** Lines behind a cut, whose copy could not be written yet. */
  let survivors: Survivors | undefined;
  let current = openFirst();

  function openNext(): OpenSegment {
    for (;;) {
      number++;
      const endsAtMillis = nowMillis() + maxAgeMillis;
      try {
        const next = openSegment({ directory, stream, number, first: sequence + 1, endsAtMillis });
        isTorn = false;
        mustLeave = false;
        return next;
      } catch (error) {
        if (systemCodeOf(error) === "EEXIST") {
          options.foundForeign(segmentName(stream, number));
          continue;
        }
        number--;
        throw error;
      }
    }
  }

  function openFirst(): OpenSegment {
    try {
      return openNext();
    } catch (error) {
      removeEmpty(streamDirectory(directory, stream));
      throw error;
    }
  }

  /** The old one stays open until somebody has confirmed it. */
  function advance(): void {
    const next = openNext();
    emptyMillis =
      current.size > 0 ? 0 : Math.min(MAX_EMPTY_MILLIS, Math.max(1000, 2 * emptyMillis));
    leaveEmptyAtMillis = nowMillis() + emptyMillis;
    left.add(current);
    current = next;
    problem = undefined;
    options.began();
  }

  function isThere(): boolean {
    return existsSync(current.facts.path);
  }

  /** A disk that fails everything, for days, is not filled with empty files. */
  function isWorthLeaving(): boolean {
    return current.size > 0 || nowMillis() >= leaveEmptyAtMillis;
  }

  function leave(): void {
    try {
      advance();
    } catch (error) {
      retryAtMillis = nowMillis() + RETRY_MILLIS;
      const why = `the next segment cannot be opened: ${messageOf(error)}`;
      if (problem === undefined) report(`${why}; ${current.facts.name} is written on`);
      problem = why;
    }
  }

  function makeRoom(length: number): void {
    const isDue =
      (mustLeave && isWorthLeaving()) ||
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

  function restore(finding: Finding, copy: SegmentCopy): Mended {
    const { path, name } = current.facts;
    const { keptAs } = restoreSegment(current.facts, copy, (fd) => {
      left.retire(current.facts.fd);
      current.facts = { ...current.facts, fd, inode: inodeOf(fd, path) };
    });
    const kept = keptAs === undefined ? {} : { keptAs };
    return { change: { file: name, change: finding.change, isRestored: true, ...kept } };
  }

  /** Readers may have been beyond the cut: what was written behind it stands in the next segment too. */
  function leaveCut(finding: Finding, cut: CutSegment): Mended {
    const former = current;
    const outcome = outcomeOfCut(former.facts, cut, sequence);
    advance();
    former.size = fstatSync(former.facts.fd).size;
    former.confirmed = 0;
    survivors = outcome.survivors ?? survivors;
    try {
      writeSurvivors();
    } catch {
      // They are still where they were, and come before the next line.
    }
    return {
      change: { file: former.facts.name, change: finding.change, isRestored: false },
      ...(outcome.lost === undefined ? {} : { lost: outcome.lost }),
    };
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

  // Another process may have made journal/ in this moment, and not synced its name yet.
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
    probe(length) {
      makeRoom(length);
      writeSurvivors();
      write(Buffer.alloc(length, " "));
      cutOff(length);
    },
    unconfirmed: () => ({
      current: factsOf(current),
      older: left.unconfirmed(),
    }),
    noteSynced(result) {
      left.noteSynced(result);
      noteSynced([current], result, nowMillis());
    },
    leave() {
      if (isWorthLeaving()) leave();
    },
    mend(finding) {
      if (finding.fd !== current.facts.fd) return undefined;
      if (finding.cut !== undefined) return leaveCut(finding, finding.cut);
      return finding.copy === undefined ? undefined : restore(finding, finding.copy);
    },
    release: left.release,
    closeReleased: left.closeReleased,
    takeMissing: left.takeMissing,
    close() {
      left.retire(current.facts.fd);
      left.close();
    },
  };
}

/** A stream that could not begin leaves nothing behind. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds what others put there, or the disk refuses this too.
  }
}
