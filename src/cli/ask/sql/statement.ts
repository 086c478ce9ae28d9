/** What somebody asks in SQL, and nothing else that SQL can do. */
import type { DuckDBConnection, DuckDBExtractedStatements, DuckDBResult } from "@duckdb/node-api";
import { AuditError, messageOf } from "../../../lib/errors.ts";
import { withoutControls } from "../../table.ts";
import { TABLE } from "./record-table.ts";

/** Keys of DuckDB's statement types, which read: SELECT and what becomes one, and EXPLAIN. */
const SELECT_TYPE = 1;
const EXPLAIN_TYPE = 4;
const WAY_OUT = `the table is ${TABLE}; docs/sql.md has its columns, or ask "describe ${TABLE}"`;

/**
 * From now on nothing that is asked can reach a file or a network, or undo this.
 *
 * It is DuckDB that keeps it: what {@link select} refuses is refused to say why.
 */
export async function lock(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

/**
 * The one statement of a text, not yet bound to any table: a slip shows before a large trail is read.
 *
 * @throws {AuditError} as a rejection: `invalid_option` with what DuckDB says of it.
 */
export async function parseStatement(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBExtractedStatements> {
  try {
    // DuckDB has no words of its own for a text of nothing.
    const statements = sql.trim() === "" ? undefined : await connection.extractStatements(sql);
    if (statements?.count === 1) return statements;
    throw new Error(
      statements === undefined || statements.count === 0
        ? "it is empty"
        : "it is more than one statement (PIVOT is, too): ask one at a time",
    );
  } catch (error) {
    throw sqlError(error);
  }
}

/**
 * Runs a statement that reads.
 *
 * @throws {AuditError} as a rejection: `invalid_option` with what DuckDB says of it.
 */
export async function select(statements: DuckDBExtractedStatements): Promise<DuckDBResult> {
  try {
    const prepared = await statements.prepare(0);
    const type: number = prepared.statementType;
    if (type !== SELECT_TYPE && type !== EXPLAIN_TYPE)
      throw new Error(
        "it is none that reads: only SELECT, and what stands for one, makes sense here",
      );
    return await prepared.stream();
  } catch (error) {
    throw sqlError(error);
  }
}

/** What went wrong with a statement, in words; texts of records may stand in it. */
export function sqlError(error: unknown): AuditError {
  const lines = messageOf(error).split("\n").map(withoutControls);
  return new AuditError("invalid_option", `--sql: ${lines.join("\n").trimEnd()}\n${WAY_OUT}`, {
    cause: error,
  });
}
