/**
 * DuckDB, where somebody has installed it: only SQL and Parquet need it.
 *
 * In: what it is for. Out: a database in memory that has no extension but what is built in, and writes
 * nowhere but into a directory that only this user can read. Closing takes the directory away.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditError, messageOf, systemCodeOf } from "../../../lib/errors.ts";

/** A database, and a place for files that are needed on the way. */
export interface OpenDuckDb {
  readonly connection: DuckDBConnection;
  /** A directory, 0700. */
  readonly scratch: string;
  readonly close: () => void;
}

/** What {@link openDuckDb} takes. */
export interface DuckDbOptions {
  /** What needs it, as in `--sql`. */
  readonly purpose: string;
  /** An IANA name, for times as text and for days in SQL. */
  readonly zone: string;
  /** Ends what it is doing. */
  readonly signal: AbortSignal;
}

/** As package.json has it. */
const PACKAGE = "@duckdb/node-api@1.5.4-r.1";
/** Of memory; what is more goes to the directory. */
const MEMORY_LIMIT = "1GB";
const INTERRUPT_MILLIS = 50;

/**
 * Opens one.
 *
 * @throws {AuditError} as a rejection: `invalid_option` where the package is not installed.
 */
export async function openDuckDb({ purpose, zone, signal }: DuckDbOptions): Promise<OpenDuckDb> {
  const { DuckDBInstance } = await loadDuckDb(purpose);
  const scratch = mkdtempSync(join(tmpdir(), "otel-audit-"));
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  // An output that nobody reads any more ends the process without a word to anybody.
  process.once("exit", remove);
  try {
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: MEMORY_LIMIT,
      temp_directory: join(scratch, "spill"),
      extension_directory: join(scratch, "extensions"),
      secret_directory: join(scratch, "secrets"),
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
    });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = ${sqlText(zone)}`);
    let interrupting: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      // Between two statements there is nothing to interrupt: the next one is.
      interrupting ??= setInterval(interrupt, INTERRUPT_MILLIS);
      connection.interrupt();
    };
    signal.addEventListener("abort", interrupt);
    if (signal.aborted) interrupt();
    return {
      connection,
      scratch,
      close() {
        signal.removeEventListener("abort", interrupt);
        clearInterval(interrupting);
        connection.closeSync();
        instance.closeSync();
        process.off("exit", remove);
        remove();
      },
    };
  } catch (error) {
    process.off("exit", remove);
    remove();
    throw error;
  }
}

/** A text as SQL has it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function loadDuckDb(purpose: string): Promise<typeof import("@duckdb/node-api")> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    const isAbsent = systemCodeOf(error) === "ERR_MODULE_NOT_FOUND";
    throw new AuditError(
      "invalid_option",
      isAbsent
        ? `${purpose} needs DuckDB, which is not installed: npm install ${PACKAGE}`
        : `${purpose} needs DuckDB, which does not run here: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
