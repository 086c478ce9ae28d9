import { Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { addOutput } from "../trail-options.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";
import type { PagerOptions } from "./pager.ts";
import { addPager } from "./record-output.ts";

/** What `otel-audit reproduce` takes. */
export interface ReproduceCommandOptions extends AskOptions, PagerOptions {
  readonly run?: string;
  readonly snapshot?: string;
  readonly at?: string;
  readonly action?: readonly string[];
  readonly output: "table" | "json";
}

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

const HELP = `
Changes of parameters, the mode, weights, tags, samples and labels, queries, transformed and imported data, and
restored checkpoints, in their order, as far as they came about; then the values they lead to. What failed or was
denied is left out and counted. Nothing is guessed: what a record does not say, contradictions between records,
values that a restored checkpoint may have set back, clocks that were set back, and records that were lost, or are
not here between others of a journal, are told.

With --run: what names it (its target, mlflow.run_id, wandb.run_id), and what is of the same service and of no
other run. docs/answers.md describes the JSON.

--snapshot is a snapshot or checkpoint of that run, and was made: where there is none, or there are several,
they are listed, and the id of a record says which is meant. --at: a day, or a minute, stands for its end.

Examples:
  otel-audit reproduce --run exp-1
  otel-audit reproduce --run exp-1 --snapshot ckpt_001-before-search -o json > state.json
  otel-audit reproduce --at 2026-11-21T14:30

Exit: 0 there are changes; 1 there are none, or no such run or snapshot; 2 wrong usage; 3 something is not there
or cannot be read; 4 there are, but some lines are no records: they are named on stderr.`;

/** `otel-audit reproduce`. */
export function reproduceCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("reproduce")
    .description("show the changes that led to a run's state, and its values")
    .option("--run <id>", "only of this experiment or run (default: of all)")
    .addOption(
      new Option(
        "--snapshot <name>",
        "up to when this snapshot or checkpoint was made (default: all)",
      ).conflicts("at"),
    )
    .option("--at <time>", "up to this time: ISO 8601, or as in -3h")
    .addOption(
      new Option("--action <name>", "an action of your own that counts too; repeatable").argParser(
        each,
      ),
    );
  return addPager(addOutput(addAskOptions(command)))
    .addHelpText("after", HELP)
    .action(async (options: ReproduceCommandOptions) => {
      const { reproduceState } = await import("./reproduce-actions.ts");
      await reproduceState(options, { print, warn });
    });
}
