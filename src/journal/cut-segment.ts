import { readSync } from "node:fs";
import { startOfGlued, tryParseFlatLine } from "../format/index.ts";

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

/** A segment that somebody else cut while it was written. */
export interface CutSegment {
  /** Undefined: everything is there all the same. */
  readonly lost: LostRecords | undefined;
  /** Where the records begin that were written behind the cut: readers may have read beyond this place before. */
  readonly survivorsFrom: number;
  /** The sequence number that should stand there. */
  readonly next: number;
}

/** What should be in a segment. */
export interface ExpectedRecords {
  /** Open for reading. */
  readonly fd: number;
  /** Path in the audit directory. */
  readonly name: string;
  /** Sequence number of the first record. */
  readonly first: number;
  readonly count: number;
}

const READ_BYTES = 1024 * 1024;
const LINE_END = 0x0a;

/**
 * What is missing in a segment that was cut.
 *
 * @throws the system error when it cannot be read.
 */
export function findCut({ fd, name, first, count }: ExpectedRecords): CutSegment {
  const last = first + count - 1;
  let expected = first;
  let survivors: { readonly from: number; readonly next: number } | undefined;
  let end = 0;
  let lost: { from: number; to: number; count: number } | undefined;

  function miss(to: number): void {
    if (to < expected) return;
    lost = { from: lost?.from ?? expected, to, count: (lost?.count ?? 0) + to - expected + 1 };
  }

  for (const line of linesOf(fd)) {
    end = line.end;
    const record = recordIn(line);
    if (record === undefined || record.sequence < expected) continue;
    if (record.sequence > expected) survivors ??= { from: record.start, next: expected };
    miss(record.sequence - 1);
    expected = record.sequence + 1;
  }
  const next = survivors?.next ?? expected;
  miss(last);
  return {
    lost: lost === undefined ? undefined : { file: name, ...lost },
    survivorsFrom: survivors?.from ?? end,
    next,
  };
}

interface Line {
  readonly text: string;
  /** Bytes from the start of the file. */
  readonly start: number;
  readonly end: number;
}

/** The rest of a line that was cut and the next line are one line now. */
function recordIn({ text, start }: Line): { sequence: number; start: number } | undefined {
  const at = startOfGlued(text);
  const sequence = tryParseFlatLine(text.slice(at))?.sequence;
  if (sequence === undefined) return undefined;
  return { sequence, start: start + Buffer.byteLength(text.slice(0, at)) };
}

/** Whole lines of a file, in the order they stand in it. */
function* linesOf(fd: number): Generator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const length = readSync(fd, buffer, 0, READ_BYTES, position);
    if (length === 0) return;
    position += length;
    const bytes = Buffer.concat([rest, buffer.subarray(0, length)]);
    let from = 0;
    for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, from)) {
      yield { text: bytes.toString("utf8", from, at), start: start + from, end: start + at + 1 };
      from = at + 1;
    }
    rest = bytes.subarray(from);
    start += from;
  }
}
