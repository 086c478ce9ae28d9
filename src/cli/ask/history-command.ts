import { Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";
import { addRowOutput, type RowOutputOptions } from "./record-output.ts";

/** What `otel-audit history` takes. */
export interface HistoryCommandOptions extends AskOptions, RowOutputOptions {
  readonly as?: "target" | "sample" | "field" | "snapshot" | "project" | "run";
  readonly type?: string;
  readonly field?: string;
  readonly at?: string;
}

const HELP = `
The name is that of anything: an experiment, user, checkpoint, project or other target; one of the samples that
records name; a setting or another field that changed; a snapshot; a run of an experiment tracker. Where it is
several of these, that is said: --as and --type keep one.

A line is what one record says of one field, also of attempts that failed: the outcome tells. --at says what the
fields were at a time, replayed from before and after of what succeeded. Nothing is guessed: where records
contradict each other, where a value was redacted, cut or never said, and where a checkpoint was restored after
it was set, that is said; so is where a stream's clock was set back, and where records of a journal are not here
before that time. A record counts as of the latest time its stream had said. A day, or a minute, stands for its
end.

Examples:
  otel-audit history s2
  otel-audit history learning_rate --as field -o csv
  otel-audit history exp-1 --at 2026-11-21T14:30 --field learning_rate
  otel-audit history bob --type user --since -30d -o markdown

Exit: 0 found; 1 nothing found; 2 wrong usage; 3 something is not there or cannot be read; 4 found, but some
lines are no records: they are named on stderr.`;

/** `otel-audit history`. */
export function historyCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("history")
    .description("show everything about one thing, and its values over time")
    .argument("<name>", "of a target, sample, field, snapshot, project or run")
    .addOption(
      new Option("--as <role>", "what the name is of (default: whatever it is)").choices([
        "target",
        "sample",
        "field",
        "snapshot",
        "project",
        "run",
      ]),
    )
    .option("--type <type>", "only records with a target of this type, as in user")
    .option("--field <name>", "only this field")
    .option("--at <time>", "what the fields were then: ISO 8601, or as in -3h");
  return addRowOutput(addAskOptions(command))
    .addHelpText("after", HELP)
    .action(async (name: string, options: HistoryCommandOptions) => {
      const { history } = await import("./history-actions.ts");
      await history(name, options, { print, warn });
    });
}
