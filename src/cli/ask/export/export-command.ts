import { Command, Option } from "commander";
import type { Lines } from "../../lines.ts";
import { addAskOptions, type AskOptions } from "../ask-options.ts";
import { EXPORT_FORMATS, type ExportFormat } from "./formats.ts";

/** What `otel-audit export` takes. */
export interface ExportCommandOptions extends AskOptions {
  readonly output: ExportFormat;
  readonly to?: string;
  readonly by?: "day";
  readonly allKinds?: boolean;
  readonly force?: boolean;
  /** Whether somebody named a time zone: days of files are those of UTC unless they did. */
  readonly isZoneNamed: boolean;
}

const HELP = `
Terms are those of "otel-audit query". Each record is written once, however often it stands in the files
that are read, in the order of reading: sort by timestamp where that matters. jsonl, json and csv are read
again by every command; csv leaves out what runs here (resource), which start records have. Parquet needs
@duckdb/node-api: timestamp is a TIMESTAMP WITH TIME ZONE, sequence a BIGINT, duration_ms a DOUBLE, details
and attributes are JSON.

With --by day, --to is a directory, and a file in it is audit-2026-11-21.jsonl, or
day=2026-11-21/audit.parquet; days are those of UTC, or of --timezone. Files are there when all of them
are whole; an export that is interrupted or fails leaves none.

Examples:
  otel-audit export --to audit-export.jsonl
  otel-audit export -o parquet --by day --to export/
  otel-audit export impact:high --since 2026-10-01 -o csv --to release.csv
  otel-audit export -o json actor:ann | jq 'length'

Exit: 0 exported; 1 nothing found, no file is written; 2 wrong usage, or a file is there already; 3 something
cannot be read or written; 4 exported, but some lines are no records: they are named on stderr.`;

/** `otel-audit export`. */
export function exportCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("export")
    .description("write records to files: JSON, CSV or Parquet")
    .argument("[term...]", "which records, as for query (default: every action)");
  return addAskOptions(command)
    .addOption(
      new Option("-o, --output <format>", "form of the files")
        .choices(EXPORT_FORMATS)
        .default("jsonl"),
    )
    .option("--to <path>", "a file, or with --by day a directory (default: stdout)")
    .addOption(new Option("--by <piece>", "a file for each").choices(["day"]))
    .option("--all-kinds", "records of every kind, not only actions")
    .option("--force", "replace files that are there")
    .addHelpText("after", HELP)
    .action(async (terms: readonly string[], options: ExportCommandOptions) => {
      const { exportRecords } = await import("./export-actions.ts");
      const isZoneNamed = command.getOptionValueSource("timezone") === "cli";
      await exportRecords(terms, { ...options, isZoneNamed }, { print, warn });
    });
}
