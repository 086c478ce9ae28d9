import { Command } from "commander";
import type { Lines } from "../lines.ts";
import { addOutput } from "../trail-options.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";
import type { PagerOptions } from "./pager.ts";
import { addPager } from "./record-output.ts";

/** What `otel-audit show` takes. */
export interface ShowOptions extends AskOptions, PagerOptions {
  readonly output: "table" | "json";
}

const HELP = `
Who did what to what, when, why, how it ended, before and after, what else its call left behind, and which
checkpoint says that it counts the record. Nothing is checked here: otel-audit inspect proves a record.

As much of an id is enough as is not that of another record, also in front of the number: cJ43.5, or 5 where
there is one stream.

AUDIT_TRACE_URL is the address of a trace where traces are shown, with {trace_id} and {span_id} where these go,
as in https://traces.example/trace/{trace_id}.

Examples:
  otel-audit show cJ43xB7KP1x8rM2I.5
  otel-audit show cJ43.5 --trail ./audit --timezone Europe/Berlin
  otel-audit show cJ43xB7KP1x8rM2I.5 -o json | jq .changes

Exit: 0 shown; 1 there is none, or there are several: they are listed; 2 wrong usage; 3 something is not there or
cannot be read; 4 shown, but some lines are no records: they are named on stderr.`;

/** `otel-audit show`. */
export function showCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("show")
    .description("show one record in full")
    .argument("<record-id>", "as in cJ43xB7KP1x8rM2I.5, or the beginning of it");
  return addPager(addOutput(addAskOptions(command)))
    .addHelpText("after", HELP)
    .action(async (id: string, options: ShowOptions) => {
      const { show } = await import("./show-actions.ts");
      await show(id, options, { print, warn });
    });
}
