import { Command } from "commander";
import type { Lines } from "../lines.ts";
import { addOutput } from "../trail-options.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";
import type { PagerOptions } from "./pager.ts";
import { addPager } from "./record-output.ts";

/** What `otel-audit explain` takes. */
export interface ExplainCommandOptions extends AskOptions, PagerOptions {
  readonly window: string;
  readonly output: "table" | "json";
}

const HELP = `
The record in words, then what came before it, the oldest first, each with why it is listed: the same call,
trace, target, snapshot or actor; and in the same service pauses, resumes, switches of the mode, changed
parameters, saved and restored checkpoints. Then earlier attempts of the same action on the same target, however
long ago, and how they ended. It is a sequence and not a verdict: that one led to the other is not said.

Examples:
  otel-audit explain cJ43xB7KP1x8rM2I.11
  otel-audit explain cJ43.11 --window 7d
  otel-audit query action:checkpoint_restore outcome:failure --columns record -o csv -n 1

Exit: 0 told; 1 there is no such record, or there are several: they are listed; 2 wrong usage; 3 something is not
there or cannot be read; 4 told, but some lines are no records: they are named on stderr.`;

/** `otel-audit explain`. */
export function explainCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("explain")
    .description("show what came before something that failed")
    .argument("<record-id>", "as in cJ43xB7KP1x8rM2I.11, or the beginning of it")
    .option("--window <length>", "how far to look back: 90s, 30m, 24h, 7d", "24h");
  return addPager(addOutput(addAskOptions(command)))
    .addHelpText("after", HELP)
    .action(async (id: string, options: ExplainCommandOptions) => {
      const { explainRecord } = await import("./explain-actions.ts");
      await explainRecord(id, options, { print, warn });
    });
}
