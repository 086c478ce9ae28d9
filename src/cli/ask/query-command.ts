import { Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { addAskOptions, type AskOptions } from "./ask-options.ts";
import { addRecordOutput, type RecordOutputOptions } from "./record-output.ts";

/** What `otel-audit query` takes. */
export interface QueryCommandOptions extends AskOptions, RecordOutputOptions {
  readonly order: "newest" | "oldest";
  /** Two, and whatever terms stand behind them. */
  readonly between?: readonly string[];
  readonly sql?: string;
}

const HELP = `
A query is terms, and all of them must hold:
  actor:ann                   a field and a value; action:pause,resume is one or the other
  -outcome:success            not (put -word behind --, or in quotes with the rest of the query)
  target:exp-*                * stands for any characters
  created:>=2026-10-01        2026-10, 2026-10-01..2026-10-07, >-3h, today; local unless it says an offset
  duration:>100               numbers: >, >=, <, <=, 10..20
  changed:learning_rate       before or after has it
  about:ckpt_7                whatever it names so: target, sample, snapshot, project, run, changed field
  has:reason  no:reason       it is there, or not
  details.before.lr:0.1       anything in the body, numbers as numbers: >0.01; rpc.system.name:grpc is any attribute
  "learning rate"             text without a field is looked for in all that a person would read

Fields: actor actor.type role permitted authentication delegator action category impact outcome status kind
target target.type project sample snapshot changed about reason error ticket approver method rpc duration source
service trace span call record stream sequence redacted created happened imported text

Records of other kinds than actions are found with kind:gap, kind:start, kind:intent, kind:delivery or
kind:checkpoint. An action that began and has no result is shown with outcome unknown. A record that stands in several
places is shown once: as the journal has it, or else as the first place that matches. Whether all say the same is
told by otel-audit verify.

--between takes the name of a snapshot or checkpoint (when it was made), a time, or the id of a record, of which
the beginning is enough. Both are included: of a day or a minute that is named there, all of it.

Examples:
  otel-audit query actor:ann action:permission_change outcome:failure 'created:>=2026-10-01'
  otel-audit query impact:high --since -7d -o markdown
  otel-audit query 'target.type:checkpoint "weights are NaN"' --columns time,actor,action,reason
  otel-audit query --between v1.4-freeze v1.4-release impact:high
  otel-audit query --between 2026-10-01 2026-10-07 outcome:denied
  otel-audit query --since -7d --sql 'select actor_id, count(*) from records group by all order by 2 desc'
  otel-audit query outcome:denied -o json | jq 'map(.actor_id) | unique'

Exit: 0 found; 1 nothing found, or --between names a snapshot of several things, or one that was never made;
2 wrong usage; 3 something is not there or cannot be read; 4 found, but some lines are no records: they are
named on stderr.`;

/** `otel-audit query`. */
export function queryCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("query")
    .description("find records, the newest first")
    .argument("[term...]", "what is asked: see below (default: every action)");
  addRecordOutput(addAskOptions(command)).addOption(
    new Option("--order <order>", "which come first")
      .choices(["newest", "oldest"])
      .default("newest"),
  );
  command.addOption(
    new Option(
      "--sql <select>",
      "ask in SQL, of the table records: docs/sql.md (needs DuckDB)",
    ).conflicts("between"),
  );
  return command
    .option(
      "--between <snapshots...>",
      "from one snapshot or checkpoint to another; ids of records and times do as well: see below",
    )
    .addHelpText("after", HELP)
    .action(async (terms: readonly string[], options: QueryCommandOptions) => {
      if (options.sql !== undefined) {
        const { querySql } = await import("./sql/sql-actions.ts");
        await querySql(options.sql, terms, options, { print, warn });
        return;
      }
      const { query } = await import("./query-actions.ts");
      await query(terms, options, { print, warn });
    });
}
