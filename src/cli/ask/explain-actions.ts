/** What `otel-audit explain` does; loaded when it runs. */
import { sentenceOf } from "../../event/index.ts";
import { fromFlat } from "../../format/index.ts";
import { explain, type Explanation, type Step } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { recordAccess } from "./access.ts";
import { actorText } from "./actor-text.ts";
import { asked } from "./asked.ts";
import { clockObjects, sayBearing } from "./bearing-words.ts";
import { columnsOf, screenTime } from "./columns.ts";
import { offsetText, parseDuration } from "./duration.ts";
import type { ExplainCommandOptions } from "./explain-command.ts";
import { oneRecord } from "./one-record.ts";
import { fact, folded, heading } from "./page.ts";
import { printPaged } from "./pager.ts";
import { type PlainColumn, plainLines } from "./plain-rows.ts";
import { exitAfterReading, sayProblems, withProgress } from "./reading.ts";
import { rowLines } from "./write-rows.ts";
import { jsonText } from "../../lib/visible-text.ts";

const CLOSING =
  "This is a sequence, not a verdict: what is listed came before, and has in common with it what WHY says.";

/** Prints what came before a record, and sets the exit code. */
export async function explainRecord(
  id: string,
  options: ExplainCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const windowMillis = parseDuration(options.window, "--window");
  const question = await asked([], options, { isReadAgain: true });
  const { sources, zone } = question;
  const access = (count: number) => recordAccess({ scope: ["explain", id], count }, options);
  const one = await oneRecord(id, question, { warn, access });
  if (one === undefined) return;
  const found = await withProgress((reading) =>
    explain(sources, one.record, { windowMillis, ...reading }),
  );
  const { steps, attempts, sameCall } = found;
  await access(1 + steps.length + attempts.length + sameCall.length);
  const lines =
    options.output === "json"
      ? [jsonText(jsonOf(found), 2)]
      : pageLines(found, { zone, window: options.window });
  await printPaged(lines, { print, warn }, options);
  if (found.steps.length < found.stepsTotal)
    warn(
      `${found.steps.length} of ${found.stepsTotal} earlier events shown, those that have most in common with it: a shorter --window has fewer`,
    );
  sayBearing({ clocks: found.clocks, missing: [] }, zone, warn);
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, 1);
}

interface PageOptions {
  readonly zone: string;
  readonly window: string;
}

function* pageLines(found: Explanation, { zone, window }: PageOptions): Generator<string> {
  const { record, steps, attempts, attemptsTotal, attemptsOf, sameCall } = found;
  yield* folded(sentenceOf(fromFlat(record)), { indent: 0 }).map((line) => heading(line));
  yield "";
  yield* fact("record", record.record_id);
  yield* fact("when", screenTime(record.timestamp, zone));
  yield* fact("actor", actorText(record));
  yield* fact("ended", endingText(found));
  yield* fact("error", record.error ?? undefined);
  yield "";
  yield heading(`Before it, within ${window}`);
  const rows = { columns: stepColumns(found, zone), rows: steps, objectOf: stepObject };
  if (steps.length === 0) yield "nothing that has anything in common with it";
  else yield* plainLines(rows, "table");
  yield "";
  const more = attemptsTotal - attempts.length;
  yield heading(
    `Earlier attempts: ${attemptsOf}${more > 0 ? `, the latest ${attempts.length} of ${attemptsTotal}` : ""}`,
  );
  const forPeople = columnsOf("time,record,actor,outcome,error");
  if (attempts.length === 0) yield "none";
  else yield* rowLines(attempts, { format: "table", forPeople, zone });
  if (sameCall.length > 0) {
    yield "";
    yield heading("Same call");
    const columns = columnsOf("time,record,kind,outcome,what");
    yield* rowLines(sameCall, { format: "table", forPeople: columns, zone });
  }
  yield "";
  yield* folded(CLOSING, { indent: 0 });
}

function endingText({ record, hasFailed }: Explanation): string {
  const { outcome, kind, rpc_status: status } = record;
  const answer = status === undefined ? "" : `, answered ${status}`;
  if (kind !== "result") return `it is no result: a record of kind ${kind}`;
  if (outcome === "unknown") return `nobody knows${answer}`;
  if (outcome === "denied") return `denied${answer}`;
  return hasFailed ? `failed${answer}` : `it did not fail: ${outcome ?? record.status}${answer}`;
}

function stepColumns({ record }: Explanation, zone: string): readonly PlainColumn<Step>[] {
  const at = Date.parse(record.timestamp);
  return [
    { name: "time", textOf: (step) => screenTime(step.record.timestamp, zone) },
    {
      name: "before it",
      textOf: (step) => offsetText(Date.parse(step.record.timestamp) - at),
    },
    { name: "record", textOf: (step) => step.record.record_id },
    { name: "why", textOf: ({ why }) => why.join(", ") },
    { name: "what", textOf: (step) => sentenceOf(fromFlat(step.record)) },
  ];
}

function stepObject({ record, why }: Step): object {
  return { why, record };
}

function jsonOf(found: Explanation): object {
  const { record, hasFailed, window, steps, stepsTotal } = found;
  const { attempts, attemptsTotal, attemptsOf, sameCall } = found;
  return {
    version: 1,
    note: CLOSING,
    record,
    sentence: sentenceOf(fromFlat(record)),
    hasFailed,
    window,
    steps: steps.map(stepObject),
    stepsTotal,
    attemptsOf,
    attempts,
    attemptsTotal,
    sameCall,
    clocksSetBack: clockObjects(found.clocks),
  };
}
