import { Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";
import { addRowOutput, type RowOutputOptions } from "./record-output.ts";

/** What `otel-audit around` takes. */
export interface AroundCommandOptions extends AskOptions, RowOutputOptions {
  readonly window: string;
  readonly metrics?: string;
  readonly metricsTime?: string;
  readonly metric?: readonly string[];
}

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

const HELP = `
The moment is, whatever fits first: a snapshot or checkpoint that a record names (when it was made), a time,
or a record by its id, of which the beginning is enough. Where several runs made one of that name, they are
listed, and the id of one says which is meant. Everything within the window before and behind it is
shown, the oldest first; the record that was asked for has > before it.

--metrics takes a CSV file with a first line of names, a column of times (ISO 8601, or an epoch in seconds,
milliseconds or microseconds) and columns of numbers. Beside each event stand the last figure before it, the
first one after it, and what the second is more. That the event caused it is not said.

Examples:
  otel-audit around ckpt_001-before-search
  otel-audit around cJ43xB7KP1x8rM2I.5 --window 2h --metrics metrics.csv --metric loss
  otel-audit around 2026-11-21T14:30 --window 15m -o csv > around.csv

Exit: 0 found; 1 nothing in the window, no such moment, or several; 2 wrong usage; 3 something is not there or
cannot be read; 4 found, but some lines are no records: they are named on stderr.`;

/** `otel-audit around`. */
export function aroundCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("around")
    .description("show what happened around a record, a snapshot or a time")
    .argument("<moment>", "id of a record, name of a snapshot or checkpoint, or a time")
    .option("--window <length>", "how far before and behind it: 90s, 30m, 2h, 7d", "30m")
    .option("--metrics <file>", "a CSV file of figures over time")
    .option(
      "--metrics-time <column>",
      "the column of its times (default: found by name and content)",
    )
    .addOption(
      new Option("--metric <name>", "a column to show; repeatable (default: all)").argParser(each),
    );
  return addRowOutput(addAskOptions(command))
    .addHelpText("after", HELP)
    .action(async (moment: string, options: AroundCommandOptions) => {
      const { around } = await import("./around-actions.ts");
      await around(moment, options, { print, warn });
    });
}
