/** What `otel-audit query` does; loaded when it runs. */
import { searchTrail } from "../../read/index.ts";
import type { Lines } from "../quarantine-command.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./ask-options.ts";
import { printPaged } from "./pager.ts";
import { columnsOf, TABLE_COLUMNS } from "./columns.ts";
import type { QueryCommandOptions } from "./query-command.ts";
import { withProgress, exitAfterReading, sayProblems } from "./reading.ts";
import { limitOf } from "./record-output.ts";
import { rowLines } from "./write-rows.ts";

/** Prints what matches, and sets the exit code. */
export async function query(
  terms: readonly string[],
  options: QueryCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const columns = options.columns === undefined ? undefined : columnsOf(options.columns);
  const { sources, query: wanted, zone } = await asked(terms, options);
  const { order, output: format } = options;
  const limit = limitOf(options);
  const found = await withProgress((reading) =>
    searchTrail(sources, wanted, { order, limit, ...reading }),
  );
  const { records, total } = found;
  await recordAccess({ scope: ["query", ...terms], count: total }, options);
  if (total > 0 || format !== "table") {
    const rows = { format, columns, forPeople: columnsOf(TABLE_COLUMNS), zone };
    await printPaged(rowLines(records, rows), { print, warn }, options);
  }
  if (total === 0) warn("nothing found");
  if (records.length < total)
    warn(
      `${records.length} of ${total} shown, the ${order} first: --limit ${total} shows all of them`,
    );
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, total);
}
