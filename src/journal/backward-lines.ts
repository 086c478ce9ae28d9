import { closeSync, readSync } from "node:fs";
import { join } from "node:path";
import { listSegments, segmentFile, startOfGlued, streamDirectory } from "../format/index.ts";
import { sizeOf } from "../lib/files.ts";
import { type JournalPosition, openIfThere } from "./cursor.ts";

/** One whole line of a journal, without its line end, and the place where it begins. */
export interface PlacedLine {
  readonly text: string;
  readonly start: JournalPosition;
}

/** More than the last record of most streams takes, so that one reading finds it. */
const BLOCK_BYTES = 64 * 1024;
const LINE_END = 0x0a;

/**
 * The whole lines of a stream, the newest first; what has no line end is left out.
 *
 * @throws the system error where a segment that is there cannot be read.
 */
export function* linesBackward(directory: string, stream: string): Generator<PlacedLine> {
  for (const segment of listSegments(directory, stream).toReversed()) {
    const path = join(streamDirectory(directory, stream), segmentFile(segment));
    for (const { text, offset } of linesOfFile(path)) {
      const line = text.slice(startOfGlued(text));
      if (line !== "") yield { text: line, start: { segment, offset } };
    }
  }
}

interface Line {
  readonly text: string;
  readonly offset: number;
}

function* linesOfFile(path: string): Generator<Line> {
  // Asked before it is opened: what is no file, as a pipe, has no size and would not open.
  const size = sizeOf(path) ?? 0;
  if (size === 0) return;
  const fd = openIfThere(path);
  if (fd === undefined) return;
  try {
    yield* linesBefore(fd, size);
  } finally {
    closeSync(fd);
  }
}

function* linesBefore(fd: number, size: number): Generator<Line> {
  /** The end of a line whose beginning was not read yet, with its line end. */
  let rest: Buffer = Buffer.alloc(0);
  let length = BLOCK_BYTES;
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - length);
    const block = Buffer.allocUnsafe(end - from);
    const read = readSync(fd, block, 0, block.length, from);
    // Somebody cut it meanwhile.
    const bytes = read < block.length ? block.subarray(0, read) : Buffer.concat([block, rest]);
    let stop = bytes.lastIndexOf(LINE_END);
    let before = beforeOf(bytes, stop);
    for (; before >= 0; stop = before, before = beforeOf(bytes, stop)) {
      yield { text: bytes.toString("utf8", before + 1, stop), offset: from + before + 1 };
    }
    if (from === 0 && stop >= 0) yield { text: bytes.toString("utf8", 0, stop), offset: 0 };
    rest = bytes.subarray(0, stop + 1);
    end = from;
    // A line that is longer than all that was read is not put together in small pieces.
    length = rest.length === bytes.length ? length * 2 : BLOCK_BYTES;
  }
}

/** The line end before the one at `stop`; -1: there is none. */
function beforeOf(bytes: Buffer, stop: number): number {
  return stop <= 0 ? -1 : bytes.lastIndexOf(LINE_END, stop - 1);
}
