import { AuditError, messageOf } from "../lib/errors.ts";
import { csv } from "../lib/late-packages.ts";
import type { AuditRecord } from "../event/index.ts";
import { COLUMNS, type Column, NUMERIC_COLUMNS } from "./columns.ts";
import { type FlatRecord, fromFlat, toFlat } from "./flat.ts";
import { parseFlatLine } from "./json-line.ts";

/** The first line of every CSV view, with its line end. */
export const CSV_HEADER: string = `${COLUMNS.join(",")}\n`;

/** Columns whose cell is a JSON map. */
export const JSON_COLUMNS: ReadonlySet<Column> = new Set<Column>(["details", "attributes"]);

/** A spreadsheet would take a cell that starts like this for a formula (OWASP, CSV injection). */
const FORMULA_START = /^[=+\-@\t\r']/;
/** The same as bytes. */
export const MAY_BE_FORMULA: ReadonlySet<number> = new Set(Buffer.from("=+-@\t\r'"));
const PLAIN_NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]/;

/** One record as one CSV row (RFC 4180) with its line end, `\n`. */
export function encodeCsvRow(record: AuditRecord): string {
  return encodeFlatCsvRow(toFlat(record));
}

/** The same for a record that is flat already. */
export function encodeFlatCsvRow(flat: FlatRecord): string {
  const cells = COLUMNS.map((column) => encodeCsvCell(flat[column]));
  return `${cells.join(",")}\n`;
}

/** One cell: guarded against spreadsheets that would run it, quoted where it must be. */
export function encodeCsvCell(value: FlatRecord[Column] | undefined): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const guarded = FORMULA_START.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Takes off the guard that {@link encodeCsvRow} may have put on. */
export function unguardCsvCell(cell: string): string {
  return cell.startsWith("'") && FORMULA_START.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/** A row of a CSV view, and where it ends in the text. */
export interface DecodedRow {
  readonly record: AuditRecord;
  /** Bytes from the start of the text to the end of this row, its line end included. */
  readonly endBytes: number;
}

/**
 * The records of a piece of a CSV view that starts at a row border, without its header.
 * A cut last row is left out: the last `endBytes` says where the whole rows end.
 *
 * @throws {AuditError} `unreadable` when a whole row is not a record.
 */
export function decodeCsvRows(text: string): readonly DecodedRow[] {
  const rows = parseRows(endsInWholeRow(text) ? text : text.slice(0, lastRowBorder(text)));
  return rows.map(({ record, info }) => ({
    record: fromFlat(flatOfCells(record)),
    endBytes: info.bytes,
  }));
}

interface ParsedRow {
  readonly record: readonly string[];
  readonly info: { readonly bytes: number };
}

function parseRows(text: string): readonly ParsedRow[] {
  try {
    return csv().parse(text, { info: true, relax_column_count: false }) as unknown as ParsedRow[];
  } catch (error) {
    throw new AuditError("unreadable", `not a CSV row of an audit view: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A line end counts only outside of quotes: inside, the number of quotes before it is odd. */
function lastRowBorder(text: string): number {
  let quotes = 0;
  let border = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) quotes++;
    else if (code === 0x0a && quotes % 2 === 0) border = at + 1;
  }
  return border;
}

function endsInWholeRow(text: string): boolean {
  return text === "" || lastRowBorder(text) === text.length;
}

/** The cells become a flat JSON line again, so that one parser decides what a record is. */
function flatOfCells(cells: readonly string[]): FlatRecord {
  if (cells.length !== COLUMNS.length) {
    throw new AuditError(
      "unreadable",
      `not a CSV row of an audit view: ${cells.length} cells instead of ${COLUMNS.length}`,
    );
  }
  const flat: Record<string, unknown> = {};
  COLUMNS.forEach((column, index) => {
    const cell = unguardCsvCell(cells[index] ?? "");
    if (column === "error") flat[column] = cell === "" ? null : cell;
    else if (JSON_COLUMNS.has(column)) flat[column] = parseJsonCell(column, cell);
    else if (cell !== "") flat[column] = NUMERIC_COLUMNS.has(column) ? Number(cell) : cell;
  });
  return parseFlatLine(JSON.stringify(flat));
}

function parseJsonCell(column: Column, cell: string): unknown {
  if (cell === "") return {};
  try {
    return JSON.parse(cell);
  } catch (error) {
    throw new AuditError("unreadable", `column ${column} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
