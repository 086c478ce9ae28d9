/** The rows of a result, and how they are printed; to be loaded where DuckDB is known to be there. */
import type { DuckDBResult, DuckDBValue } from "@duckdb/node-api";
import { tableLines } from "../../table.ts";
import type { RecordFormat } from "../formats.ts";
import { markdownRow } from "../../../lib/markdown-text.ts";
import { csvRow } from "../write-rows.ts";
import { sqlError } from "./statement.ts";
import { jsonOf, type SqlColumn, textOf } from "./values.ts";
import { jsonArrayLines, jsonText } from "../../../lib/visible-text.ts";

/** What was found. */
export interface SqlRows {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly (readonly DuckDBValue[])[];
  /** More than the rows where there is a limit. */
  readonly total: number;
}

/** What {@link readRows} takes. */
export interface ReadRowsOptions {
  /** Rows that are kept; those beyond it are counted. */
  readonly limit?: number | undefined;
  /** DuckDB gives an interrupted result as one that is at its end: only this tells them apart. */
  readonly signal: AbortSignal;
}

/**
 * Reads a result whole.
 *
 * @throws {AuditError} as a rejection: `invalid_option`, where a statement fails on its way; else the reason
 * of the signal.
 */
export async function readRows(
  result: DuckDBResult,
  { limit = Infinity, signal }: ReadRowsOptions,
): Promise<SqlRows> {
  const columns = result.deduplicatedColumnNames().map((name, at) => ({
    name,
    type: result.columnType(at),
  }));
  const rows: (readonly DuckDBValue[])[] = [];
  let total = 0;
  for (;;) {
    const chunk = await result.fetchChunk().catch((error: unknown) => {
      signal.throwIfAborted();
      throw sqlError(error);
    });
    signal.throwIfAborted();
    if (chunk === null || chunk.rowCount === 0) break;
    total += chunk.rowCount;
    if (rows.length < limit) rows.push(...chunk.getRows().slice(0, limit - rows.length));
  }
  return { columns, rows, total };
}

/** The lines that show some rows. */
export function* sqlLines(
  { columns, rows }: SqlRows,
  format: RecordFormat,
  zone: string,
): Generator<string> {
  const names = columns.map(({ name }) => name);
  const texts = (row: readonly DuckDBValue[], in_?: string): readonly string[] =>
    columns.map((column, at) => textOf(row[at] ?? null, column, in_));
  const objectOf = (row: readonly DuckDBValue[]): object =>
    Object.fromEntries(columns.map((column, at) => [column.name, jsonOf(row[at] ?? null, column)]));
  switch (format) {
    case "json":
      yield* jsonArrayLines(rows.map(objectOf));
      return;
    case "jsonl":
      for (const row of rows) yield jsonText(objectOf(row));
      return;
    case "csv":
      yield csvRow(names);
      for (const row of rows) yield csvRow(texts(row));
      return;
    case "markdown":
      yield markdownRow(names);
      yield markdownRow(names.map(() => "---"));
      for (const row of rows) yield markdownRow(texts(row, zone));
      return;
    default:
      if (rows.length > 0)
        yield* tableLines(
          names,
          rows.map((row) => texts(row, zone)),
          process.stdout,
        );
  }
}
