/** Parquet files of records, made by DuckDB of lines that are written first. */
import { messageOf } from "../../../lib/errors.ts";
import { AuditError } from "../../../lib/errors.ts";
import { openDuckDb, sqlText } from "../sql/duckdb.ts";
import { selectFlat } from "../sql/record-table.ts";
import type { ExportFilesOptions } from "./export-files.ts";

/** What an export needs to write Parquet. */
export interface ParquetMaker extends Required<Pick<ExportFilesOptions, "convert" | "scratch">> {
  readonly close: () => void;
}

/** @throws {AuditError} as a rejection: `invalid_option` where DuckDB is not installed. */
export async function openParquetMaker(signal: AbortSignal): Promise<ParquetMaker> {
  const { connection, scratch, close } = await openDuckDb({
    purpose: "-o parquet",
    zone: "UTC",
    signal,
  });
  return {
    scratch: scratch,
    async convert(written, into) {
      signal.throwIfAborted();
      try {
        // Into the very file: one that DuckDB makes itself could be read by others.
        await connection.run(
          `COPY (${selectFlat(written)}) TO ${sqlText(into)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
        );
      } catch (error) {
        throw new AuditError("directory_unusable", `cannot write ${into}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    close,
  };
}
