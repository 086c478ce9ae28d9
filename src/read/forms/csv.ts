/** Rows of the CSV view: ours, or the Collector's, which quotes every cell. */
import {
  COLUMNS,
  type Column,
  JSON_COLUMNS,
  NUMERIC_COLUMNS,
  unguardCsvCell,
} from "../../format/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { csv } from "../../lib/late-packages.ts";
import { type Block, type Found, MAX_DEPTH, type Problem } from "../block.ts";
import { doubtsOfJson, isSameDecimal } from "../json-doubts.ts";
import { flatFound } from "../flat-record.ts";
import { NOT_UTF8, textOf, tooDeep } from "../json-piece.ts";
import { firstByteOf, linesOf } from "../lines.ts";
import { isMap } from "../../lib/is-map.ts";
import { isDeeper, tryParse } from "../plain-json.ts";
import { isPlainText } from "../plain-text.ts";
import { plainCellsOf } from "./csv-cells.ts";
import { type CsvRow, rowsOf } from "./csv-rows.ts";

type Cells = readonly string[];

const RETURN = 0x0d;
/** How a row begins, anywhere: with its time. */
const ROW_BEGINS = /"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"?,/g;
/** A time behind the rest of a row that was cut in its own. */
const TIME_BEHIND = /[^]\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const TIME_LENGTH = "2026-11-21T09:00:05Z".length;
/** Each place where a row may begin costs a parse: a hostile row could be nothing else. */
const MAX_TRIES = 64;
const CUT = "the row begins with the rest of one that was cut";
const NO_END = "the row has no end: it is being written, or a crash cut it";
/** What JSON allows a number to be: `Number` takes more. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const HEADER = COLUMNS.join(",");

/** What stands in the rows; a header is passed over. */
export function* decodeCsv(block: Block): Generator<Found> {
  const { bytes } = block;
  const { rows, cells, torn } = rowsWithCells(block);
  for (const [at, row] of rows.entries()) {
    const found = cells === undefined ? aloneIn(bytes, row) : foundIn(cells[at] ?? [], row.line);
    if (found !== undefined) yield* orGlued(bytes, row, found);
  }
  yield* tornRow(bytes, torn);
}

interface Rows {
  readonly rows: readonly CsvRow[];
  /** Of each row; undefined where one of them is broken, so that each has to be looked at alone. */
  readonly cells: readonly Cells[] | undefined;
  /** A last row without its end, and what may stand behind it. */
  readonly torn: readonly CsvRow[];
}

function rowsWithCells(block: Block): Rows {
  const { bytes, isEnded } = block;
  const cells = isEnded ? cellsAtOnce(bytes.subarray(firstByteOf(block))) : undefined;
  const lines = [...linesOf(block)].map(({ start, end, number }) => ({ start, end, line: number }));
  // As many rows as lines: none has a line end in a cell.
  if (cells?.length === lines.length) return { rows: lines, cells, torn: [] };
  const { rows: ended, rest, isInStep } = rowsOf(block);
  const rows = isEnded ? [...ended, ...rest] : ended;
  const torn = isEnded ? [] : rest;
  const whole = cells ?? cellsAtOnce(bytes.subarray(ended[0]?.start ?? 0, ended.at(-1)?.end ?? 0));
  const isSame = isInStep && whole?.length === rows.length;
  return { rows, cells: isSame ? whole : undefined, torn };
}

function cellsAtOnce(bytes: Uint8Array): readonly Cells[] | undefined {
  const text = textOf({ bytes, start: 0, end: bytes.length });
  if (text === undefined) return undefined;
  const plain = plainCellsOf(text);
  if (plain !== undefined) return plain;
  try {
    return parseCells(bytes);
  } catch {
    return undefined;
  }
}

function parseCells(bytes: Uint8Array): readonly Cells[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return csv().parse(buffer, {
    record_delimiter: ["\n", "\r\n"],
    relax_column_count: true,
    skip_empty_lines: true,
  });
}

/** What was found; of a problem the whole row behind the rest of one that was cut, where there is such a row. */
function* orGlued(bytes: Uint8Array, piece: CsvRow, found: Found): Generator<Found> {
  const glued = found.kind === "problem" ? gluedIn(bytes, piece) : undefined;
  if (glued === undefined) {
    yield found;
    return;
  }
  yield { kind: "problem", message: CUT, line: piece.line };
  yield glued;
}

/** The disk was full, and is not any more: the next row stands behind what could be written of the one before. */
function gluedIn(bytes: Uint8Array, { start, end, line }: CsvRow): Found | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
  let tries = 0;
  for (const match of text.matchAll(ROW_BEGINS)) {
    // A quote before the time may be the last that could be written of the row before.
    const begins = match[0].startsWith('"') ? [match.index, match.index + 1] : [match.index];
    for (const at of begins.filter((place) => place > 0)) {
      if (++tries > MAX_TRIES) return undefined;
      const cells = cellsIn(bytes, { start: start + at, end, line });
      const found = "kind" in cells ? undefined : foundIn(cells, line);
      if (found?.kind === "record") return found;
    }
  }
  return undefined;
}

/** A last row without its end: where nothing in it is a whole row, it is one that was cut. */
function* tornRow(bytes: Uint8Array, rest: readonly CsvRow[]): Generator<Found> {
  const [first, last] = [rest[0], rest.at(-1)];
  if (first === undefined || last === undefined) return;
  const row = { ...first, end: last.end };
  const isOne = isWhole(cellsIn(bytes, row));
  const parts = isOne ? [row] : rest;
  const pieces = parts.map((piece) => ({ piece, cells: cellsIn(bytes, piece) }));
  const isAnyWhole = pieces.some(({ cells }) => isWhole(cells));
  for (const { piece, cells } of isAnyWhole ? pieces : pieces.slice(0, 1)) {
    const isLast = !isAnyWhole || piece === pieces.at(-1)?.piece;
    if (isLast && !isWhole(cells)) {
      yield { kind: "problem", message: NO_END, line: piece.line, isCut: true };
      continue;
    }
    const found = "kind" in cells ? cells : foundIn(cells, piece.line);
    if (found !== undefined) yield found;
  }
}

/** Whether nothing more can come: the last column is a map, and never empty. */
function isWhole(cells: Cells | Problem): boolean {
  if ("kind" in cells || cells.length < COLUMNS.length) return false;
  const last = unguardCsvCell(cells.at(-1) ?? "");
  return cells.length > COLUMNS.length || cells.join(",") === HEADER || isMap(tryParse(last));
}

/** One row by itself; undefined is the header. */
function aloneIn(bytes: Uint8Array, row: CsvRow): Found | undefined {
  const cells = cellsIn(bytes, row);
  return "kind" in cells ? cells : foundIn(cells, row.line);
}

function cellsIn(bytes: Uint8Array, { start, end, line }: CsvRow): Cells | Problem {
  // Of a last row without its line end, the half that may be there.
  const stop = bytes[end - 1] === RETURN ? end - 1 : end;
  if (textOf({ bytes, start, end: stop }) === undefined)
    return { kind: "problem", message: NOT_UTF8, line };
  try {
    return parseCells(bytes.subarray(start, stop))[0] ?? [];
  } catch (error) {
    const message = `not a CSV row of an audit view: ${messageOf(error)}`;
    return { kind: "problem", message, line };
  }
}

/** The record of some cells; undefined is the header. */
function foundIn(cells: Cells, line: number): Found | undefined {
  if (cells.length !== COLUMNS.length) {
    const message = `not a CSV row of an audit view: ${cells.length} cells instead of ${COLUMNS.length}`;
    return { kind: "problem", message, line };
  }
  if (cells[0] === COLUMNS[0] && cells.join(",") === HEADER) return undefined;
  const [time = ""] = cells;
  if (time.length > TIME_LENGTH && TIME_BEHIND.test(time))
    return { kind: "problem", message: CUT, line };
  const flat: Record<string, unknown> = {};
  const doubts: string[] = [];
  for (const [at, column] of COLUMNS.entries()) {
    const value = valueOf(column, unguardCsvCell(cells[at] ?? ""), doubts);
    if (typeof value === "object" && isDeeper(value, MAX_DEPTH))
      return { ...tooDeep(MAX_DEPTH), line };
    if (value !== undefined) flat[column] = value;
  }
  return flatFound(flat, { line, doubts, text: () => JSON.stringify(flat) });
}

function valueOf(column: Column, cell: string, doubts: string[]): unknown {
  if (JSON_COLUMNS.has(column)) return mapOf(column, cell, doubts);
  if (cell === "") return column === "error" ? null : undefined;
  if (!NUMERIC_COLUMNS.has(column) || !NUMBER.test(cell)) return cell;
  const number = Number(cell);
  if (!isSameDecimal(cell, String(number))) doubts.push(`${column} is read as ${number}`);
  return number;
}

function mapOf(column: Column, cell: string, doubts: string[]): unknown {
  if (cell === "" || cell === "{}") return {};
  const value = tryParse(cell);
  if (value === undefined) return cell;
  if (isPlainText(cell, value, MAX_DEPTH) || isDeeper(value, MAX_DEPTH)) return value;
  for (const { message } of doubtsOfJson(cell)) doubts.push(`${column}: ${message}`);
  return value;
}
