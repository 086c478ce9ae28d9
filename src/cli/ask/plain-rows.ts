/** Rows that are no records, in the formats that records have. */
import { tableLines } from "../table.ts";
import type { RecordFormat } from "./formats.ts";
import { markdownRow } from "../../lib/markdown-text.ts";
import { csvRow } from "./write-rows.ts";
import { jsonText } from "../../lib/visible-text.ts";

/** One column of rows. */
export interface PlainColumn<Row> {
  readonly name: string;
  /** @param isForFile times are in UTC there. */
  readonly textOf: (row: Row, isForFile: boolean) => string;
}

/** What is printed. */
export interface PlainRows<Row> {
  readonly columns: readonly PlainColumn<Row>[];
  readonly rows: readonly Row[];
  /** The whole of a row, for programs. */
  readonly objectOf: (row: Row) => object;
}

/** The lines of some rows; `json` is left to who knows what stands around them. */
export function* plainLines<Row>(
  { columns, rows, objectOf }: PlainRows<Row>,
  format: Exclude<RecordFormat, "json">,
): Generator<string> {
  const names = columns.map(({ name }) => name);
  const cellsOf = (row: Row): readonly string[] =>
    columns.map(({ textOf }) => textOf(row, format === "csv"));
  switch (format) {
    case "jsonl":
      for (const row of rows) yield jsonText(objectOf(row));
      return;
    case "csv":
      yield csvRow(names);
      for (const row of rows) yield csvRow(cellsOf(row));
      return;
    case "markdown":
      yield markdownRow(names);
      yield markdownRow(names.map(() => "---"));
      for (const row of rows) yield markdownRow(cellsOf(row));
      return;
    default:
      yield* tableLines(
        names.map((name) => name.toUpperCase()),
        rows.map(cellsOf),
        process.stdout,
      );
  }
}
