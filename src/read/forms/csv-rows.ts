/** Where the rows of a CSV text begin and end: a line end within quotes ends none. */
import type { Block } from "../block.ts";
import { firstByteOf } from "../lines.ts";

/** One row, its line end included. */
export interface CsvRow {
  readonly start: number;
  readonly end: number;
  /** In which it begins, counted from 1 in the file. */
  readonly line: number;
}

const QUOTE = 0x22;
const LINE_END = 0x0a;
const RETURN = 0x0d;
/** Within a row that is broken, a line that begins like this begins a row: with its time. */
const ROW_START = /^"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const ROW_START_BYTES = 20;

/** The rows of a block that are not empty. */
export function rowsOf(block: Block): CsvRow[] {
  const { bytes } = block;
  const rows: CsvRow[] = [];
  let line = block.firstLine;
  let first = line;
  let isQuoted = false;
  let start = firstByteOf(block);
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === LINE_END) {
      line++;
      if (isQuoted) continue;
      if (!isEmpty(bytes, start, at)) rows.push({ start, end: at + 1, line: first });
      start = at + 1;
      first = line;
    }
  }
  if (start < bytes.length) rows.push({ start, end: bytes.length, line: first });
  return rows;
}

/** The parts of a row that is broken: each begins where a line looks like the start of a row. */
export function piecesOfRow(bytes: Uint8Array, row: CsvRow): readonly CsvRow[] {
  const pieces: CsvRow[] = [];
  let { start, line } = row;
  let lines = 0;
  for (let at = bytes.indexOf(LINE_END, start); at >= 0 && at < row.end - 1;) {
    lines++;
    if (ROW_START.test(asciiOf(bytes, at + 1))) {
      pieces.push({ start, end: at + 1, line });
      start = at + 1;
      line = row.line + lines;
    }
    at = bytes.indexOf(LINE_END, at + 1);
  }
  return [...pieces, { start, end: row.end, line }];
}

function isEmpty(bytes: Uint8Array, start: number, end: number): boolean {
  return end === start || (end === start + 1 && bytes[start] === RETURN);
}

function asciiOf(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + ROW_START_BYTES));
}
