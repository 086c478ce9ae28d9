import { Command } from "commander";
import type { Lines } from "../../lines.ts";

/** What `otel-audit import` takes. */
export interface ImportCommandOptions {
  readonly to?: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

const HELP = `
Reads what the logger of WeightsLab writes, also where it is torn: what can be read is imported, what cannot
is named with its line and its bytes. The new records are a stream of their own, redacted and sealed like
any other. Each says from which line of which file it is, and is never taken for an original:
  created     is when it was imported, which is what its seal proves
  happened    is when the file says that it happened: otel-audit query 'happened:2026-05' has:imported
  actor       is unknown: these files name nobody
Who imported it is in a record of its own (action:log_import). Entries that the trail has already are left
out: import the same file again after it has grown, or after an import was broken off.

Policies and keys are those of the service that records there (AUDIT_REDACTION_FILE, AUDIT_SIGNING_KEY_FILE
and the others); a service may be running.

Examples:
  otel-audit import old/audit_log.json --to ./audit --reason 'move from WeightsLab'
  otel-audit import old/audit_log.csv --to ./audit --dry-run

Exit: 0 imported; 1 nothing new in it; 2 wrong usage; 3 it cannot be read, or the trail not written; 4 imported,
but something in it could not be read.`;

/** `otel-audit import`. */
export function importCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  return new Command("import")
    .description("make records of an audit_log.json or .csv that WeightsLab wrote")
    .argument("<file>", "the log")
    .option("--to <directory>", "the audit directory (default: AUDIT_LOG_DIR)")
    .option("--actor <id>", "who imports it (default: the user of the system)")
    .option("--reason <text>", "why")
    .option("--dry-run", "say what would be imported, and write nothing")
    .addHelpText("after", HELP)
    .action(async (file: string, options: ImportCommandOptions) => {
      const { importFile } = await import("./import-actions.ts");
      await importFile(file, options, { print, warn });
    });
}
