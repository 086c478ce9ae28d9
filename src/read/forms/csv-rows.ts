/** Where the rows of a CSV text begin and end: a line end within quotes ends none. */
import type { Block } from "../block.ts";
import { columnsOf } from "../borders.ts";
import { firstByteOf } from "../lines.ts";
import { createRowScanner, MORE } from "../row-scanner.ts";

/** One row, its line end included. */
export interface CsvRow {
  readonly start: number;
  readonly end: number;
  /** In which it begins, counted from 1 in the file. */
  readonly line: number;
}

/** What a block is made of. */
export interface CsvRows {
  /** Those that have an end, without those that are empty. */
  readonly rows: readonly CsvRow[];
  /** What stands behind them: a row without its end, or such a row and others, where it was cut within quotes. */
  readonly rest: readonly CsvRow[];
  /** Whether every one of the rows ends where rows end by themselves, as a parser sees it too. */
  readonly isInStep: boolean;
}

const LINE_END = 0x0a;
const RETURN = 0x0d;

/** The rows of a block. */
export function rowsOf(block: Block): CsvRows {
  const { bytes } = block;
  const rows: CsvRow[] = [];
  const rest: CsvRow[] = [];
  const scanner = createRowScanner(columnsOf(block));
  let isInStep = true;
  let isRest = false;
  let line = block.firstLine;
  for (let start = firstByteOf(block); start < bytes.length;) {
    let end = scanner.next(bytes, start, true);
    if (end === MORE) {
      isRest = true;
      end = scanner.breakOff() ?? bytes.length;
    }
    isInStep &&= isRest || !scanner.isCut();
    if (!isEmpty(bytes, start, end)) (isRest ? rest : rows).push({ start, end, line });
    line += linesIn(bytes, start, end);
    start = end;
  }
  return { rows, rest, isInStep };
}

function isEmpty(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    bytes[end - 1] === LINE_END &&
    (end === start + 1 || (end === start + 2 && bytes[start] === RETURN))
  );
}

function linesIn(bytes: Uint8Array, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at++) if (bytes[at] === LINE_END) lines++;
  return lines;
}
