import { readSync } from "node:fs";
import { parseFlatLine } from "../format/index.ts";

/** Records that were in a file of the journal and are not any more. */
export interface LostRecords {
  /** Path in the audit directory. */
  readonly file: string;
  /** Sequence number of the first one that is missing. */
  readonly from: number;
  /** Sequence number of the last one. */
  readonly to: number;
  readonly count: number;
}

/** What should be in a segment. */
export interface ExpectedRecords {
  /** Path in the audit directory. */
  readonly name: string;
  /** Sequence number of the first record. */
  readonly first: number;
  readonly count: number;
}

const READ_BYTES = 1024 * 1024;
const LINE_END = 0x0a;

/**
 * Which records of a segment are not in it any more; undefined: all of them are.
 *
 * @param fd open for reading.
 * @throws the system error when it cannot be read.
 */
export function findLost(fd: number, expected: ExpectedRecords): LostRecords | undefined {
  const { name, first, count } = expected;
  const isThere = new Uint8Array(count);
  for (const line of linesOf(fd)) {
    const sequence = sequenceOf(line);
    if (sequence !== undefined) isThere[sequence - first] = 1;
  }
  const from = isThere.indexOf(0);
  if (from < 0) return undefined;
  const missing = isThere.reduce((sum, there) => sum + 1 - there, 0);
  return { file: name, from: first + from, to: first + isThere.lastIndexOf(0), count: missing };
}

/** The end of a line that was cut and the next line are one line now, and no record. */
function sequenceOf(line: string): number | undefined {
  try {
    return parseFlatLine(line).sequence;
  } catch {
    return undefined;
  }
}

/** Whole lines of a file, in the order they stand in it. */
function* linesOf(fd: number): Generator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const length = readSync(fd, buffer, 0, READ_BYTES, position);
    if (length === 0) return;
    position += length;
    const bytes = Buffer.concat([rest, buffer.subarray(0, length)]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
      yield bytes.toString("utf8", start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
}
