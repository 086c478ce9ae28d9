/** Deleting segments, and saying before what they held. */
import { closeSync, openSync, readdirSync, readSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  isSegmentCopyFile,
  listStreams,
  purgedFile,
  stateDirectory,
  streamDirectory,
  streamLockFile,
  tryParseFlatLine,
} from "../../format/index.ts";
import { isStreamEnded, readPurged } from "../../journal/index.ts";
import { systemCodeOf } from "../../lib/errors.ts";
import { replaceFile, syncDirectory } from "../../lib/files.ts";
import { isOwnFolder, type KnownSegment } from "./known-segments.ts";
import type { Deletion } from "./retention-plan.ts";

/** What is about to be deleted, for the record that says so. */
export interface Purge {
  /** As in `AbCdEfGhIjKlMnOp/1-3: 1-4500`: stream, numbers of segments, sequence numbers of records. */
  readonly segments: readonly string[];
  /** `audit.time` of the newest record among them. */
  readonly until: string;
  readonly records: number;
  /** The rule in words. */
  readonly policy: string;
}

/** Consecutive segments of one stream. */
type Range = readonly KnownSegment[];

/** So many streams stand in one record, which is then far from being cut. */
const RANGES_PER_PURGE = 100;
const READ_BYTES = 1024 * 1024;
const LINE_END = 0x0a;

/** A deletion in parts, each of which one record can name. */
export function partsOf({ policy, segments }: Deletion): readonly Deletion[] {
  const ranges = [...Map.groupBy(segments, ({ stream }) => stream).values()];
  const parts: Deletion[] = [];
  for (let at = 0; at < ranges.length; at += RANGES_PER_PURGE) {
    parts.push({ policy, segments: ranges.slice(at, at + RANGES_PER_PURGE).flat() });
  }
  return parts;
}

/** Reads what is about to be deleted. Throws the system error where it cannot be read. */
export function describePurge({ policy, segments }: Deletion): Purge {
  const ranges = [...Map.groupBy(segments, ({ stream }) => stream).values()];
  let records = 0;
  let until = "";
  const named = ranges.map((range) => {
    const content = contentOf(range);
    records += content.records;
    if (content.until > until) until = content.until;
    return `${nameOf(range)}: ${content.first}-${content.last}`;
  });
  const newest = Math.max(...segments.map(({ lastWriteMillis }) => lastWriteMillis));
  return {
    segments: named,
    until: until === "" ? new Date(newest).toISOString() : until,
    records,
    policy,
  };
}

function nameOf(range: Range): string {
  const [first] = range;
  return `${first?.stream ?? ""}/${first?.number ?? 0}-${range.at(-1)?.number ?? 0}`;
}

interface Content {
  readonly records: number;
  readonly first: number;
  readonly last: number;
  readonly until: string;
}

function contentOf(range: Range): Content {
  let records = 0;
  let first = 0;
  let last = 0;
  let until = "";
  for (const { path } of range) {
    const ends = endsOf(path);
    records += ends.lines;
    const head = tryParseFlatLine(ends.first);
    const tail = tryParseFlatLine(ends.last);
    if (first === 0) first = head?.sequence ?? 0;
    last = tail?.sequence ?? last;
    if (tail !== undefined && tail.timestamp > until) until = tail.timestamp;
  }
  return { records, first, last, until };
}

/** First and last whole line of a file, and how many there are. */
function endsOf(path: string): {
  readonly lines: number;
  readonly first: string;
  readonly last: string;
} {
  const fd = openSync(path, "r");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let lines = 0;
  let first: string | undefined;
  let last = "";
  let rest: Buffer = Buffer.alloc(0);
  try {
    for (let position = 0; ;) {
      const length = readSync(fd, buffer, 0, READ_BYTES, position);
      if (length === 0) return { lines, first: first ?? "", last };
      position += length;
      const bytes = Buffer.concat([rest, buffer.subarray(0, length)]);
      const end = bytes.lastIndexOf(LINE_END);
      for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) lines++;
      if (end >= 0) {
        first ??= bytes.toString("utf8", 0, bytes.indexOf(LINE_END));
        last = bytes.toString("utf8", bytes.lastIndexOf(LINE_END, end - 1) + 1, end);
      }
      rest = Buffer.from(bytes.subarray(end + 1));
    }
  } finally {
    closeSync(fd);
  }
}

/** Writers ask it whether what they miss was deleted by retention: said before it is. */
function notePurged(directory: string, segments: readonly KnownSegment[]): void {
  const path = purgedFile(directory);
  const told = readPurged(directory);
  // Deleted all the same, what was deleted before would be told as lost.
  if (told === undefined)
    throw new Error(`${path} cannot be read: nothing is deleted until it can be`);
  const streams = new Set(listStreams(directory));
  const purged = new Map([...told].filter(([stream]) => streams.has(stream)));
  for (const { stream, number } of segments) {
    purged.set(stream, Math.max(number, purged.get(stream) ?? 0));
  }
  replaceFile(path, [JSON.stringify(Object.fromEntries(purged))]);
}

/** Deletes segments, each stream from its oldest on; a stream that has none left goes with its state. */
export function deleteSegments(directory: string, segments: readonly KnownSegment[]): void {
  notePurged(directory, segments);
  for (const [stream, range] of Map.groupBy(segments, (segment) => segment.stream)) {
    const folder = streamDirectory(directory, stream);
    if (!isOwnFolder(folder)) continue;
    // Asked before: where there is no lock, the age of the newest segment tells.
    const isEnded = isStreamEnded(directory, stream);
    for (const { path } of range) rmSync(path, { force: true });
    if (!isEnded || !removeEmpty(folder)) {
      syncDirectory(folder);
      continue;
    }
    rmSync(join(stateDirectory(directory), `ship-${stream}.json`), { force: true });
    const lock = streamLockFile(directory, stream);
    // SQLite leaves a second file where the process was killed.
    for (const file of [lock, `${lock}-journal`]) rmSync(file, { force: true });
  }
  syncDirectory(join(directory, "journal"));
}

/** Whoever put something else there keeps the folder. Copies that a crash left half way are ours. */
function removeEmpty(folder: string): boolean {
  try {
    for (const file of readdirSync(folder)) {
      if (isSegmentCopyFile(file)) rmSync(join(folder, file), { force: true });
    }
    rmdirSync(folder);
    return true;
  } catch (error) {
    return systemCodeOf(error) === "ENOENT";
  }
}
