import { Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";

/** What `otel-audit stats` takes. */
export interface StatsCommandOptions extends AskOptions {
  readonly interval?: "hour" | "day" | "week" | "month" | "year";
  readonly by?: string;
  readonly output: "chart" | "svg" | "json" | "csv";
}

const HELP = `
Counts events over time, those in which nothing happened included. Without --by a row is a piece of time;
with it a row is a group, its curve from the first to the last event, each by its own highest.
Hours, days and weeks (from Monday) are those of --timezone. Terms are those of otel-audit query.

-o svg is one picture without scripts that follows the reader's light or dark colours.

Examples:
  otel-audit stats --since -30d
  otel-audit stats outcome:failure,denied --interval hour --since -2d
  otel-audit stats --interval week --by action
  otel-audit stats --by actor -o svg > actors.svg

Exit: 0 counted; 1 there is nothing; 2 wrong usage; 3 something is not there or cannot be read; 4 counted,
but some lines are no records: they are named on stderr.`;

/** `otel-audit stats`. */
export function statsCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("stats")
    .description("rates over time, drawn")
    .argument("[term...]", "what is counted, as in otel-audit query (default: every action)");
  return addAskOptions(command)
    .addOption(
      new Option(
        "--interval <piece>",
        "hour, day, week, month or year (default: one that fits a screen)",
      ).choices(["hour", "day", "week", "month", "year"]),
    )
    .option("--by <field>", "a curve for each value of a field, as in action")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["chart", "svg", "json", "csv"])
        .default("chart"),
    )
    .addHelpText("after", HELP)
    .action(async (terms: readonly string[], options: StatsCommandOptions) => {
      const { stats } = await import("./stats-actions.ts");
      await stats(terms, options, { print, warn });
    });
}
