/** How records become the text of a file that this package reads again. */
import { CSV_HEADER, encodeCsvRow, type FlatRecord, fromFlat } from "../../../format/index.ts";
import type { ExportFormat } from "./formats.ts";
import { jsonText } from "../../../lib/visible-text.ts";

/** The text of a file, in pieces. */
export interface Encoding {
  readonly head: string;
  /** Before each record but the first. */
  readonly between: string;
  readonly encode: (record: FlatRecord) => string;
  readonly tail: string;
}

const LINES: Encoding = {
  head: "",
  between: "",
  encode: (record) => `${jsonText(record)}\n`,
  tail: "",
};

/** Of each form; Parquet is made of lines. */
export const ENCODINGS: Readonly<Record<ExportFormat, Encoding>> = {
  jsonl: LINES,
  json: { head: "[\n", between: ",\n", encode: (record) => jsonText(record), tail: "\n]\n" },
  csv: {
    head: CSV_HEADER,
    between: "",
    encode: (record) => encodeCsvRow(fromFlat(record)),
    tail: "",
  },
  parquet: { ...LINES, encode: (record) => `${wellFormed(jsonText(record))}\n` },
};

/** A lone half of a surrogate pair, and every other escape, so that `\\ud800` is taken for what it is. */
const ESCAPES = /\\u(d[89a-f][0-9a-f]{2})|\\./g;

/**
 * The same JSON without halves of characters: JSON.stringify escapes them, and parsers that know nothing
 * but UTF-8 refuse the whole line (RFC 8259, section 8.2).
 */
export function wellFormed(json: string): string {
  if (!json.includes("\\ud")) return json;
  return json.replace(ESCAPES, (escape, half?: string) =>
    half === undefined ? escape : "\\ufffd",
  );
}
