/** The segments of a journal as retention sees them: how old, how large, and who still needs them. */
import { closeSync, lstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { listSegments, segmentFile, streamDirectory } from "../../format/index.ts";
import { isStreamEnded, type JournalPosition } from "../../journal/index.ts";
import { loadShipState } from "../shipping/ship-state.ts";
import type { ViewProgress } from "./view-progress.ts";

/** Why a segment must stay. */
export interface Need {
  /** In words, with what to do where it stays needed. */
  readonly why: string;
  /** Whether that is as it should be: its process is alive. */
  readonly isWriter: boolean;
}

/** A segment on disk. */
export interface KnownSegment {
  readonly stream: string;
  readonly number: number;
  readonly path: string;
  readonly bytes: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly lastWriteMillis: number;
  /** Why it must stay; undefined: nobody needs it. */
  readonly needed: Need | undefined;
}

/** Who may need a segment. */
export interface SegmentReaders {
  /** The stream that this process writes. */
  readonly ownStream: string;
  /** How far the views have got. */
  readonly views: readonly ViewProgress[];
  /** Who ships records of the directory: this process; any other, now or once; or nobody. */
  readonly shipping: "here" | "elsewhere" | undefined;
}

/** No line is longer: what has no line end in so many bytes is the rest of a line that was cut. */
const LINE_BYTES = 256 * 1024;
const LINE_END = 0x0a;

const WRITER: Need = { why: "a process still writes", isWriter: true };

/** What a link leads to is not deleted. */
export function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === (process.getuid?.() ?? found.uid);
}

/** The segments of a stream, ascending. Throws the system error where they cannot be looked at. */
export function knownSegments(
  directory: string,
  stream: string,
  readers: SegmentReaders,
): KnownSegment[] {
  const numbers = listSegments(directory, stream);
  const isEnded = stream !== readers.ownStream && isStreamEnded(directory, stream);
  const positions = positionsIn(directory, stream, readers);
  let needed: Need | undefined;
  return numbers.flatMap((number) => {
    const path = join(streamDirectory(directory, stream), segmentFile(number));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (!stat.isFile()) needed ??= notOurs(`journal/${stream}/${segmentFile(number)}`);
    const { size: bytes, mtimeMs: lastWriteMillis } = stat;
    const isClosed = isEnded || number !== numbers.at(-1);
    // What is needed keeps what is behind it too: a stream is deleted from its start.
    if (!isClosed) needed ??= WRITER;
    needed ??= readersOf(positions, { number, path, bytes });
    return [{ stream, number, path, bytes, lastWriteMillis, needed }];
  });
}

function notOurs(name: string): Need {
  return { why: `${name} is no file of ours: move it away`, isWriter: false };
}

/** Who has not read a segment yet; undefined: everybody has. */
function readersOf(
  positions: readonly ReaderPosition[],
  segment: Pick<KnownSegment, "number" | "path" | "bytes">,
): Need | undefined {
  const left = positions.filter(({ position }) => !isBehind(position, segment));
  if (left.length === 0) return undefined;
  return { why: [...new Set(left.map(({ why }) => why))].join("; "), isWriter: false };
}

interface ReaderPosition {
  /** Why a segment is needed that it has not read. */
  readonly why: string;
  readonly position: JournalPosition | undefined;
}

function positionsIn(
  directory: string,
  stream: string,
  { views, shipping }: SegmentReaders,
): readonly ReaderPosition[] {
  const read: ReaderPosition[] = views.flatMap((view) =>
    view.positions.map((map) => ({ why: whyOf(view), position: map.get(stream) })),
  );
  if (shipping === undefined) return read;
  const why =
    shipping === "here"
      ? "shipping has not got so far"
      : "shipping has not got so far; this process ships nothing: where no other does any more, move state/ship.lock and state/ship-*.json away";
  return [...read, { why, position: loadShipState(directory, stream).position }];
}

function whyOf({ name, leftovers }: ViewProgress): string {
  const why = `${name} has not got so far`;
  if (leftovers.length === 0) return why;
  return `${why}; this process does not keep it: where no other does any more, move ${leftovers.join(" and ")} away`;
}

/** Whether a reader has taken every whole line of a segment. */
function isBehind(
  position: JournalPosition | undefined,
  { number, path, bytes }: Pick<KnownSegment, "number" | "path" | "bytes">,
): boolean {
  if (position !== undefined && position.segment > number) return true;
  const offset = position?.segment === number ? position.offset : 0;
  const rest = bytes - offset;
  if (rest <= 0) return true;
  return rest <= LINE_BYTES && !hasLineEnd(path, offset, rest);
}

/** What a crash cut is no line: no reader gets beyond it. */
function hasLineEnd(path: string, offset: number, length: number): boolean {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(length);
    readSync(fd, buffer, 0, length, offset);
    return buffer.includes(LINE_END);
  } finally {
    closeSync(fd);
  }
}
