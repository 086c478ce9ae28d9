import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { listSegments, segmentFile, streamDirectory } from "../../format/index.ts";
import { isLineBorder, type JournalPosition } from "../../journal/index.ts";
import { sizeOf } from "../../lib/files.ts";

/** Bytes of one segment that nobody has read yet. */
export interface Unread {
  readonly segment: number;
  readonly offset: number;
  readonly available: number;
}

/** Whole lines of one segment. */
export interface Tail {
  /** With their line ends. They are good until the space is used again. */
  readonly bytes: Buffer;
  readonly segment: number;
  /** Place of the first byte in the segment. */
  readonly offset: number;
}

const LINE_END = 0x0a;

/**
 * Where a stream goes on behind a position; undefined where there is nothing yet.
 *
 * @param upTo default: the end.
 */
export function findUnread(
  directory: string,
  stream: string,
  from: JournalPosition,
  upTo?: JournalPosition,
): Unread | undefined {
  const near = unreadIn(directory, stream, from, upTo);
  if (near !== undefined) return near;
  // The old segment again, after the list was made: its writer may have added to it before it began
  // the next one.
  for (const segment of listSegments(directory, stream)) {
    if (segment < from.segment) continue;
    const place = segment === from.segment ? from : { segment, offset: 0 };
    const far = unreadIn(directory, stream, place, upTo);
    if (far !== undefined) return far;
  }
  return undefined;
}

function unreadIn(
  directory: string,
  stream: string,
  { segment, offset }: JournalPosition,
  upTo: JournalPosition | undefined,
): Unread | undefined {
  if (upTo !== undefined && segment > upTo.segment) return undefined;
  const size = sizeOf(pathOf(directory, stream, segment)) ?? 0;
  const end = upTo?.segment === segment ? Math.min(size, upTo.offset) : size;
  return end > offset ? { segment, offset, available: end - offset } : undefined;
}

/** What {@link readTail} takes. */
export interface TailOptions {
  readonly directory: string;
  readonly stream: string;
  readonly unread: Unread;
  readonly upTo?: JournalPosition | undefined;
  /** Memory to read into. */
  readonly space: Buffer;
}

/**
 * Reads whole lines of one segment, oldest first, as many as fit into the space, and at least one.
 * A line without its line end is not there yet: it is being written, or a crash cut it before
 * anybody was told that it is kept. Where segments follow it is passed over.
 */
export function readTail(options: TailOptions): Tail | undefined {
  const { directory, stream, unread, upTo, space } = options;
  const near = readWhole(directory, stream, unread, space);
  if (near !== undefined) return near;
  // As in findUnread: the same segment again, once it is known whether others follow.
  for (const segment of listSegments(directory, stream)) {
    if (segment < unread.segment) continue;
    const place = segment === unread.segment ? unread : { segment, offset: 0 };
    const next = unreadIn(directory, stream, place, upTo);
    const far = next === undefined ? undefined : readWhole(directory, stream, next, space);
    if (far !== undefined) return far;
  }
  return undefined;
}

function readWhole(
  directory: string,
  stream: string,
  unread: Unread,
  space: Buffer,
): Tail | undefined {
  const { segment } = unread;
  const fd = openSync(pathOf(directory, stream, segment), "r");
  try {
    const offset = isLineBorder(fd, unread.offset) ? unread.offset : 0;
    const available = unread.available + unread.offset - offset;
    for (let room = space; ; room = Buffer.allocUnsafe(Math.min(room.length * 2, available))) {
      const read = readSync(fd, room, 0, Math.min(room.length, available), offset);
      const end = room.subarray(0, read).lastIndexOf(LINE_END) + 1;
      if (end > 0) return { bytes: room.subarray(0, end), segment, offset };
      if (room.length >= available) return undefined;
    }
  } finally {
    closeSync(fd);
  }
}

/** Whether a whole line stands behind a position. */
export function hasWholeLine(directory: string, stream: string, from: JournalPosition): boolean {
  const unread = findUnread(directory, stream, from);
  if (unread === undefined) return false;
  return readTail({ directory, stream, unread, space: Buffer.allocUnsafe(4096) }) !== undefined;
}

/** Whether a segment follows. */
export function hasNextSegment(directory: string, stream: string, segment: number): boolean {
  return sizeOf(pathOf(directory, stream, segment + 1)) !== undefined;
}

function pathOf(directory: string, stream: string, segment: number): string {
  return join(streamDirectory(directory, stream), segmentFile(segment));
}
