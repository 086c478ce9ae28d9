import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { messageOf, systemCodeOf } from "../lib/errors.ts";
import { FILE_MODE, makeDirectory, syncDirectory } from "../lib/files.ts";
import { journalDirectory, segmentFile, streamDirectory } from "../format/index.ts";
import type { LostRecords } from "./lost-records.ts";
import type { CareRequest, SegmentFacts } from "./segment-care.ts";

/** Appends whole lines to the segments of one stream. */
export interface SegmentWriter {
  /** Writes a line and its line end. Throws the system error, and then nothing of it is in the file. */
  readonly appendLine: (bytes: Uint8Array) => void;
  /** The segments whose bytes are not known to be durable, as they are now. */
  readonly unconfirmed: () => CareRequest;
  /** Goes on in a new segment, at once. Where none can be opened it says why, and goes on in the old one. */
  readonly leave: () => string | undefined;
  /** An older segment needs no more care; false: that was known. */
  readonly release: (fd: number) => boolean;
  /** Closes the descriptors of what was released. */
  readonly closeReleased: () => void;
  /** Earlier segments, confirmed once, that are not there any more; each is told once. */
  readonly takeMissing: () => readonly LostRecords[];
  /** Closes the descriptors. */
  readonly close: () => void;
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
  readonly facts: Omit<SegmentFacts, "size" | "count">;
  size: number;
  count: number;
  readonly endsAtMillis: number;
}

/** Where the next segment cannot be opened, it is tried again after this time. */
const RETRY_MILLIS = 1000;
/** Errors of a write that are about this one file. */
const FILE_IS_BAD: ReadonlySet<string | undefined> = new Set(["EIO", "EFBIG"]);

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
  let closed: LostRecords[] = [];
  let number = 0;
  let sequence = 0;
  /** What a failed write left could not be cut off: the file takes no more lines. */
  let isTorn = false;
  let mustLeave = false;
  let retryAtMillis = 0;
  let problem: string | undefined;
  let current = openNext();

  function openNext(): OpenSegment {
    for (;;) {
      number++;
      const name = segmentFile(number);
      const path = join(folder, name);
      try {
        const fd = openIn(folder, path);
        syncDirectory(folder);
        const facts = { fd, path, name: nameOf(stream, name), inode: inodeOf(fd, path) };
        isTorn = false;
        mustLeave = false;
        return {
          facts: { ...facts, first: sequence + 1 },
          size: 0,
          count: 0,
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
    // What retention deleted in the meantime is not missing. Who deletes all deletes this one too.
    const isFolderWhole = existsSync(current.facts.path);
    const next = openNext();
    older.push(current);
    current = next;
    problem = undefined;
    options.began();
    if (isFolderWhole) closed = closed.filter(({ file }) => existsSync(join(directory, file)));
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
    if (isTorn) advance();
    else if (isDue && (problem === undefined || nowMillis() >= retryAtMillis)) leave();
  }

  function write(bytes: Uint8Array): void {
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(current.facts.fd, bytes, done);
    } catch (error) {
      mustLeave = FILE_IS_BAD.has(systemCodeOf(error));
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
      write(bytes);
      current.size += bytes.length;
      current.count++;
      sequence++;
    },
    unconfirmed: () => ({ current: factsOf(current), older: older.map(factsOf) }),
    leave,
    release(fd) {
      const at = older.findIndex(({ facts }) => facts.fd === fd);
      const [segment] = at < 0 ? [] : older.splice(at, 1);
      if (segment === undefined) return false;
      released.push(fd);
      closed.push(recordsOf(segment));
      return true;
    },
    closeReleased,
    takeMissing() {
      const missing = closed.filter(({ file }) => !existsSync(join(directory, file)));
      closed = closed.filter((segment) => !missing.includes(segment));
      return missing.filter(({ count }) => count > 0);
    },
    close() {
      for (const { facts } of [...older.splice(0), current]) released.push(facts.fd);
      closeReleased();
    },
  };
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

/** Somebody may have deleted the folder, or the whole audit directory. */
function openIn(folder: string, path: string): number {
  // Readable too: whoever deletes the file leaves us this descriptor to copy it from.
  try {
    return openSync(path, "ax+", FILE_MODE);
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
    makeDirectory(folder);
    return openSync(path, "ax+", FILE_MODE);
  }
}

/** Some filesystems draw the number anew with every question. */
function inodeOf(fd: number, path: string): number | undefined {
  const { ino } = fstatSync(fd);
  return lstatSync(path, { throwIfNoEntry: false })?.ino === ino ? ino : undefined;
}
