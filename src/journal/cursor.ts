import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { systemCodeOf } from "../lib/errors.ts";
import { sizeOf } from "../lib/files.ts";
import { listSegments, segmentFile, startOfGlued, streamDirectory } from "../format/index.ts";

/** A place in a stream's journal: a segment, and bytes from its start. Always at a line border. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
}

/** The start of a stream. */
export const JOURNAL_START: JournalPosition = { segment: 1, offset: 0 };

/** One whole line of a journal, without its line end, and the place behind it. */
export interface JournalLine {
  readonly text: string;
  readonly end: JournalPosition;
}

/** Bytes that one call reads at most, unless a single line is longer. */
const DEFAULT_MAX_BYTES = 1024 * 1024;
const LINE_END = 0x0a;

/**
 * The whole lines behind a position, oldest first, up to `maxBytes` (default 1 MiB, at least one
 * line). A line without its line end is not there yet: it is being written, or was cut by a crash
 * before anybody was told that it is kept.
 */
export function readJournalLines(
  directory: string,
  stream: string,
  from: JournalPosition,
  maxBytes: number = DEFAULT_MAX_BYTES,
): readonly JournalLine[] {
  for (const segment of listSegments(directory, stream)) {
    if (segment < from.segment) continue;
    const offset = segment === from.segment ? from.offset : 0;
    const path = join(streamDirectory(directory, stream), segmentFile(segment));
    const lines = readSegment(path, segment, offset, maxBytes);
    if (lines.length > 0) return lines;
  }
  return [];
}

function readSegment(
  path: string,
  segment: number,
  from: number,
  maxBytes: number,
): readonly JournalLine[] {
  // Most streams are finished and read to their end: that is one question to the filesystem each.
  const fileBytes = sizeOf(path) ?? 0;
  if (fileBytes <= from) return [];
  const fd = openIfThere(path);
  if (fd === undefined) return [];
  try {
    const offset = isLineBorder(fd, from) ? from : 0;
    const available = fileBytes - offset;
    for (let size = Math.min(maxBytes, available); ; size = Math.min(size * 2, available)) {
      const buffer = Buffer.allocUnsafe(size);
      const bytes = buffer.subarray(0, readSync(fd, buffer, 0, size, offset));
      const lines = splitLines(bytes, segment, offset);
      if (lines.length > 0 || size === available) return lines;
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * False: somebody cut the file and it has grown since, or another file stood there for a while. Then
 * it is read anew from its start; who reads knows by the sequence numbers what it has.
 */
export function isLineBorder(fd: number, offset: number): boolean {
  if (offset === 0) return true;
  const before = Buffer.alloc(1);
  return readSync(fd, before, 0, 1, offset - 1) === 1 && before[0] === LINE_END;
}

/** The descriptor of a segment, or undefined: retention may delete it at any moment; a record says so. */
export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function splitLines(bytes: Buffer, segment: number, offset: number): readonly JournalLine[] {
  const lines: JournalLine[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
    const line = bytes.toString("utf8", start, end);
    const text = line.slice(startOfGlued(line));
    start = end + 1;
    if (text !== "") lines.push({ text, end: { segment, offset: offset + start } });
  }
  return lines;
}
