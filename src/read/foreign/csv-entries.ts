/** The entries of a CSV file of five columns, also where rows are cut. */
import { COLUMNS } from "../../format/portable.ts";
import { unguardCsvCell } from "../../format/index.ts";
import { plainCellsOf } from "../forms/csv-cells.ts";
import { NOT_UTF8, textOf } from "../json-piece.ts";
import { createLineCounter, firstByteOf } from "../lines.ts";
import { foundIn, type ForeignFound } from "./foreign-entry.ts";
import { parsePythonJson } from "./python-json.ts";

const QUOTE = 0x22;
const LINE_END = 0x0a;
const RETURN = 0x0d;
const KEYS: readonly string[] = COLUMNS.slice(0, 5);
/** How a row begins: with its time. */
const ROW_START = /^"?\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;
const ROW_START_BYTES = 17;
const CUT = "its row has no line end: the end of its last cell may be lost";

/** Every entry, and every place that holds none. */
export function* csvEntries(bytes: Buffer<ArrayBuffer>): Generator<ForeignFound> {
  const lineOf = createLineCounter({ bytes, firstLine: 1 });
  for (let start = firstByteOf({ bytes, firstLine: 1 }); start < bytes.length;) {
    const end = endOfRow(bytes, start);
    if (isEmpty(bytes, start, end)) {
      start = end;
      continue;
    }
    const line = lineOf(start);
    const cells = cellsOf(bytes, start, end);
    const header = cells?.join(",");
    if (header === COLUMNS.join(",")) {
      yield { kind: "record-of-ours", line };
      return;
    }
    if (cells?.length === KEYS.length) {
      const isEnded = bytes[end - 1] === LINE_END;
      if (header !== KEYS.join(",")) yield entryOf(cells, line, isEnded);
      start = end;
      continue;
    }
    // It may have taken the next ones with it, where it was cut within quotes.
    const next = nextRow(bytes, start);
    const isText = textOf({ bytes, start, end: next }) !== undefined;
    const why = isText ? "it is no row of five cells" : NOT_UTF8;
    const lost = `${next - start} bytes are lost (${start} to ${next})`;
    yield { kind: "problem", message: `${why}: ${lost}`, line };
    start = next;
  }
}

/** Behind the line end that is not within quotes. */
function endOfRow(bytes: Uint8Array, start: number): number {
  let isQuoted = false;
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    else if (bytes[at] === LINE_END && !isQuoted) return at + 1;
  }
  return bytes.length;
}

/** Where the next line begins that looks like a row. */
function nextRow(bytes: Buffer<ArrayBuffer>, start: number): number {
  for (let at = bytes.indexOf(LINE_END, start); at >= 0; at = bytes.indexOf(LINE_END, at + 1))
    if (ROW_START.test(bytes.toString("latin1", at + 1, at + 1 + ROW_START_BYTES))) return at + 1;
  return bytes.length;
}

function isEmpty(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes.subarray(start, end).every((byte) => byte === LINE_END || byte === RETURN);
}

function cellsOf(
  bytes: Buffer<ArrayBuffer>,
  start: number,
  end: number,
): readonly string[] | undefined {
  const text = textOf({ bytes, start, end });
  return text === undefined ? undefined : plainCellsOf(`${text.replace(/\r?\n?$/, "")}\n`)?.[0];
}

function entryOf(cells: readonly string[], line: number, isEnded: boolean): ForeignFound {
  const [timestamp, action, status, json = "", error] = cells.map(unguardCsvCell);
  const details = json === "" ? { value: {} } : parsePythonJson(json);
  const doubts = [
    ...(isEnded ? [] : [CUT]),
    ...(details === undefined ? ["its details are no JSON, and are kept as a text"] : []),
  ];
  const value = {
    timestamp,
    action_type: action,
    status,
    details: details?.value ?? json,
    error,
  };
  return foundIn(value, line, doubts);
}
