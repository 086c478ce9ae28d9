/** Records as a command prints them. */
import { stripVTControlCharacters } from "node:util";
import {
  CSV_HEADER,
  encodeCsvCell,
  encodeCsvRow,
  type FlatRecord,
  fromFlat,
} from "../../format/index.ts";
import { markdownRow } from "../../lib/markdown-text.ts";
import type { Lines } from "../lines.ts";
import { onTerminal } from "../shell-text.ts";
import { tableLines } from "../table.ts";
import type { Column } from "./columns.ts";
import type { RecordFormat } from "./formats.ts";
import { jsonArrayLines, jsonText } from "../../lib/visible-text.ts";

/** How records are printed. */
export interface RowOptions {
  readonly format: RecordFormat;
  /** Undefined: whole records, in `table` and `markdown` a choice for people. */
  readonly columns?: readonly Column[] | undefined;
  readonly forPeople: readonly Column[];
  /** Of times for people. */
  readonly zone: string;
}

/** The lines of some records. Control characters are kept only where their format escapes or quotes them. */
export function* rowLines(
  records: Iterable<FlatRecord>,
  { format, columns, forPeople, zone }: RowOptions,
): Generator<string> {
  const own = columns ?? forPeople;
  const cellsOf = (record: FlatRecord, of: readonly Column[], in_: string): readonly string[] =>
    of.map(({ textOf }) => textOf(record, in_));
  const objectOf = (record: FlatRecord): object =>
    columns === undefined
      ? record
      : Object.fromEntries(columns.map(({ name, textOf }) => [name, textOf(record, "UTC")]));
  switch (format) {
    case "json":
      yield* jsonArrayLines(mapped(records, objectOf));
      return;
    case "jsonl":
      for (const record of records) yield jsonText(objectOf(record));
      return;
    case "csv":
      if (columns === undefined) {
        yield CSV_HEADER.trimEnd();
        for (const record of records) yield onTerminal(encodeCsvRow(fromFlat(record)).trimEnd());
        return;
      }
      yield csvRow(columns.map(({ name }) => name));
      for (const record of records) yield csvRow(cellsOf(record, columns, "UTC"));
      return;
    case "markdown":
      yield markdownRow(own.map(({ name }) => name));
      yield markdownRow(own.map(() => "---"));
      for (const record of records) yield markdownRow(cellsOf(record, own, zone));
      return;
    default:
      yield* tableLines(
        own.map(({ name }) => name.toUpperCase()),
        Array.from(records, (record) => cellsOf(record, own, zone)),
        process.stdout,
      );
  }
}

function* mapped<From, To>(values: Iterable<From>, toOne: (value: From) => To): Generator<To> {
  for (const value of values) yield toOne(value);
}

/** Warns with a table of records: the terminal that its heading was made for is stdout's. */
export function warnRows(
  records: readonly FlatRecord[],
  options: Pick<RowOptions, "forPeople" | "zone">,
  warn: Lines["warn"],
): void {
  for (const line of rowLines(records, { ...options, format: "table" }))
    warn(stripVTControlCharacters(line));
}

/** A row of CSV (RFC 4180), guarded against spreadsheets that would run it. */
export function csvRow(cells: readonly string[]): string {
  return onTerminal(cells.map(encodeCsvCell).join(","));
}
