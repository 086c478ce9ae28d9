import { Command } from "commander";
import type { Lines } from "./lines.ts";
import { addAnchor, addOutput, addTrail, addWindow, type TrailOptions } from "./trail-options.ts";
import type { EvidenceOptions } from "./verify-paths.ts";

/** What `otel-audit gaps` takes. */
export interface GapsCommandOptions
  extends Omit<EvidenceOptions, "redactionPolicy" | "strict">, TrailOptions {
  readonly output: "table" | "json";
}

const HELP = `
Sequence numbers that have no record, and who says why; records that were lost before they were written;
calls that gRPC handed over and that have no record; streams that were not closed. Takes the same files, and
times, as verify. What retention deleted with a signed record is listed, and is not missing.

Calls are compared up to the last checkpoint of their stream, and only where its journal, or an export of
all of its records, was read: views show a part of them.

Examples:
  otel-audit gaps ./audit
  otel-audit gaps ./audit --public-key signing-key.pub --since -7d
  otel-audit gaps ./audit -o json | jq '.calls[] | select(.lost + .open > 0)'

Exit: 0 nothing is missing; 1 tampered (otel-audit verify says with what); 2 wrong usage; 3 something is not
there or cannot be read; 4 something is missing, or it cannot be told.`;

/** `otel-audit gaps`. */
export function gapsCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("gaps").description("show what is missing, and what is known of it");
  return addOutput(addWindow(addAnchor(addTrail(command))))
    .addHelpText("after", HELP)
    .action(async (paths: readonly string[], options: GapsCommandOptions) => {
      const { showGaps } = await import("./gaps-actions.ts");
      await showGaps(paths, options, { print, warn });
    });
}
