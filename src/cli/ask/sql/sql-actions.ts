/** What `otel-audit query --sql` does; loaded when it runs. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { AuditError } from "../../../lib/errors.ts";
import type { Lines } from "../../lines.ts";
import { recordAccess } from "../access.ts";
import { type Asked, asked } from "../asked.ts";
import { createExportFiles } from "../export/export-files.ts";
import { ENCODINGS } from "../export/encodings.ts";
import type { QueryCommandOptions } from "../query-command.ts";
import { exitAfterReading, sayProblems } from "../reading.ts";
import { type RecordsTaken, takeRecords } from "../take-records.ts";
import { limitOf } from "../record-output.ts";
import { catchSignals } from "../signals.ts";
import { openDuckDb, type OpenDuckDb } from "./duckdb.ts";
import { createTable } from "./record-table.ts";
import type { SqlRows } from "./rows.ts";
import { lock, parseStatement, select } from "./statement.ts";

/** Asks in SQL, of the records that the terms match; prints the result, and sets the exit code. */
export async function querySql(
  sql: string,
  terms: readonly string[],
  options: QueryCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  if (options.columns !== undefined)
    throw new AuditError(
      "invalid_option",
      "--columns and --sql do not go together: name the columns in the select",
    );
  const wanted = await asked(terms, options, { isReadAgain: false });
  const signals = catchSignals();
  try {
    const { signal } = signals;
    const zone = namedZone(wanted.zone);
    const database = await openDuckDb({ purpose: "--sql", zone, signal });
    try {
      const statements = await parseStatement(database.connection, sql);
      const { count, problems } = await load(wanted, database, { signal, warn });
      // Before it is asked: what is wrong with a statement may show a value, too.
      await recordAccess({ scope: ["query", ...terms, "--sql", sql], count }, options);
      await lock(database.connection);
      const { readRows, sqlLines } = await import("./rows.ts");
      const result = await select(statements);
      const rows = await readRows(result, { limit: limitOf(options), signal });
      await printLines(sqlLines(rows, options.output, wanted.zone), { print, signal });
      sayRows(rows, warn);
      sayProblems(problems, warn);
      process.exitCode = exitAfterReading(problems, rows.total);
    } finally {
      database.close();
    }
  } catch (error) {
    const code = signals.exitCode();
    if (code === undefined) throw error;
    warn("stopped");
    process.exitCode = code;
  } finally {
    signals.release();
  }
}

/** Makes the table; its records are those that our own reader found, each once. */
async function load(
  question: Asked,
  { connection, scratch }: OpenDuckDb,
  { signal, warn }: { readonly signal: AbortSignal } & Pick<Lines, "warn">,
): Promise<RecordsTaken> {
  const path = join(scratch, "records.jsonl");
  const files = createExportFiles({ encoding: ENCODINGS.parquet, isForced: true });
  const taken = await takeRecords(question, signal, (record) => files.add(path, record), warn);
  files.touch(path);
  await files.finish();
  await connection.run(createTable(path));
  rmSync(path);
  return taken;
}

/** Lines between two looks at the signal. */
const LINES_AT_ONCE = 1000;

async function printLines(
  lines: Iterable<string>,
  { print, signal }: { readonly print: Lines["print"]; readonly signal: AbortSignal },
): Promise<void> {
  let count = 0;
  for (const line of lines) {
    print(line);
    // A signal is heard only where nothing runs.
    if (++count % LINES_AT_ONCE === 0) await turn();
    signal.throwIfAborted();
  }
}

function sayRows({ rows, total }: SqlRows, warn: Lines["warn"]): void {
  if (total === 0) warn("nothing found");
  if (rows.length < total)
    warn(`${rows.length} of ${total} rows shown: --limit ${total} shows all of them`);
}

/** DuckDB does not know the name `local`. */
function namedZone(zone: string): string {
  return zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}
