import { Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";
import { parseLimit } from "./record-output.ts";

/** What `otel-audit tail` takes. */
export interface TailCommandOptions extends AskOptions {
  readonly follow?: boolean;
  readonly limit: number;
  readonly output: "table" | "jsonl";
  readonly columns?: string;
}

const DEFAULT_ROWS = 10;

const HELP = `
With -f it goes on: new segments, new processes and rotated files are followed too, until Ctrl-C. A record
is shown once its line is whole, so an action whose result is still to come is not; kind:intent shows those
that began. Terms are those of otel-audit query.

Examples:
  otel-audit tail -f
  otel-audit tail -f impact:high,normal -actor:cron
  otel-audit tail -f outcome:denied,failure -o jsonl | while read -r line; do notify "$line"; done

Exit: 0 something was shown; 1 nothing found; 2 wrong usage; 3 something is not there or cannot be read;
4 some lines are no records: they are named on stderr; 130 after Ctrl-C.`;

/** `otel-audit tail`. */
export function tailCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("tail")
    .description("show the last records, and with -f those that come")
    .argument("[term...]", "what is asked, as in query (default: every action)");
  return addAskOptions(command)
    .option("-f, --follow", "go on")
    .option("-n, --limit <count>", "how many to begin with", parseLimit, DEFAULT_ROWS)
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["table", "jsonl"])
        .default("table"),
    )
    .option("--columns <names>", "fields to show, with commas between them")
    .addHelpText("after", HELP)
    .action(async (terms: readonly string[], options: TailCommandOptions) => {
      const { tail } = await import("./tail-actions.ts");
      await tail(terms, options, { print, warn });
    });
}
