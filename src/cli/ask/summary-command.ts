import { Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";

/** What `otel-audit summary` takes. */
export interface SummaryCommandOptions extends AskOptions {
  readonly by?: string;
  readonly output: "table" | "json" | "csv" | "markdown";
}

const HELP = `
Counts actions: by action and status (the three totals are those of get_log_summary), by actor, outcome and
day, of high impact and denied; the first and the last of them, services and streams. A record that
stands for several events (a storm of equal failures) is one record: where there are such, EVENTS says how many.
Gap records are none of them: how many there are of that time, and how many events they say were lost, stands
behind the totals. Terms are those of otel-audit query.

--by makes one grouping of your own instead, by fields of a query (actor, target.type, details.split …)
and pieces of time (hour, day, week, month, of --timezone), with commas between them.

Examples:
  otel-audit summary
  otel-audit summary --since -7d actor:ann
  otel-audit summary outcome:failure,denied --by action,error
  otel-audit summary --by week,action -o csv
  otel-audit summary -o json | jq .by_action_type

Exit: 0 counted; 1 there is nothing (zeros are printed); 2 wrong usage; 3 something is not there or cannot be
read; 4 counted, but some lines are no records: they are named on stderr.`;

/** `otel-audit summary`. */
export function summaryCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("summary")
    .description("totals by action, status, actor, outcome and day")
    .argument("[term...]", "what is counted, as in otel-audit query (default: every action)");
  return addAskOptions(command)
    .option("--by <fields>", "one grouping of your own, as in actor,day")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["table", "json", "csv", "markdown"])
        .default("table"),
    )
    .addHelpText("after", HELP)
    .action(async (terms: readonly string[], options: SummaryCommandOptions) => {
      if (options.by !== undefined) {
        const { summaryBy } = await import("./group-actions.ts");
        return await summaryBy(options.by, terms, options, { print, warn });
      }
      const { summary } = await import("./summary-actions.ts");
      await summary(terms, options, { print, warn });
    });
}
