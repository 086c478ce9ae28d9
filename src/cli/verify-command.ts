import { Command } from "commander";
import type { Lines } from "./lines.ts";
import {
  addAnchor,
  addOutput,
  addRedactionPolicy,
  addTrail,
  addWindow,
  type TrailOptions,
} from "./trail-options.ts";
import type { EvidenceOptions } from "./verify-paths.ts";

/** What `otel-audit verify` takes. */
export interface VerifyOptions extends EvidenceOptions, TrailOptions {
  readonly output: "table" | "json";
}

const HELP = `
Reads audit directories, journals, audit_log.json and .csv (with the journal, or audit_checkpoints.jsonl
beside them), files of a Collector (OTLP JSON, CSV), and exports of VictoriaLogs and Loki. Several copies
are held against each other. Nothing is written, and no key is made.

Without --public-key the keys are taken from the log: that proves that it is consistent, not whose it is.
Without --redaction-policy every field that may be redacted may be missing.

--since and --until mean what they mean in otel-audit query: a day is its start, local or of --timezone, -1d a
day of the calendar, and what is from --until on is left out.

Examples:
  otel-audit verify ./audit
  otel-audit verify ./audit --public-key signing-key.pub --anchor anchor.txt
  otel-audit verify audit.jsonl audit_log.csv audit_checkpoints.jsonl --redaction-policy redaction.yaml
  otel-audit verify ./audit --since -7d -o json

Exit: 0 verified (redactions, purges and unsigned ends of killed processes are listed); 1 tampered; 2 wrong
usage; 3 something is not there or cannot be read; 4 records are missing, or it cannot be told.`;

/** `otel-audit verify`. */
export function verifyCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("verify").description(
    "check that records are what was signed, and that all of them are there",
  );
  addAnchor(addRedactionPolicy(addTrail(command))).option(
    "--strict",
    "unsigned ends, adopted records and keys in memory count as a failure",
  );
  return addOutput(addWindow(command))
    .addHelpText("after", HELP)
    .action(async (paths: readonly string[], options: VerifyOptions) => {
      // Reading and checking take time to load, and only this command needs them.
      const { verifyPaths } = await import("./verify-actions.ts");
      await verifyPaths(paths, options, { print, warn });
    });
}
