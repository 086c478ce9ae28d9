/** The lines of a block. They end with LF and nothing else: U+2028 may stand in a value. */
import { type Block, bytesOfMark } from "./block.ts";

/** One line, without its line end (LF, or CR LF where an editor wrote them). */
export interface Line {
  readonly start: number;
  readonly end: number;
  /** Counted from 1 in the file. */
  readonly number: number;
  /** False: the last line of the file, and it has no line end. */
  readonly isEnded: boolean;
}

const LINE_END = 0x0a;
const RETURN = 0x0d;

/** Every line that is not empty. */
export function* linesOf({ bytes, firstLine }: Block): Generator<Line> {
  let number = firstLine;
  for (let start = firstByteOf({ bytes, firstLine }); start < bytes.length; number++) {
    const next = bytes.indexOf(LINE_END, start);
    const isEnded = next >= 0;
    const stop = isEnded ? next : bytes.length;
    const end = stop > start && bytes[stop - 1] === RETURN ? stop - 1 : stop;
    if (end > start) yield { start, end, number, isEnded };
    start = stop + 1;
  }
}

/** Where the text of a block begins. */
export function firstByteOf({ bytes, firstLine }: Pick<Block, "bytes" | "firstLine">): number {
  return firstLine === 1 ? bytesOfMark(bytes) : 0;
}

/** Tells the lines of places that are asked for in ascending order. */
export function createLineCounter({
  bytes,
  firstLine,
}: Pick<Block, "bytes" | "firstLine">): (place: number) => number {
  let line = firstLine;
  let next = bytes.indexOf(LINE_END);
  return (place) => {
    while (next >= 0 && next < place) {
      line++;
      next = bytes.indexOf(LINE_END, next + 1);
    }
    return line;
  };
}
