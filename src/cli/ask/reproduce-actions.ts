/** What `otel-audit reproduce` does; loaded when it runs. */
import { sentenceOf } from "../../event/index.ts";
import { fromFlat } from "../../format/index.ts";
import { counted, verbFor } from "../../lib/counted.ts";
import { shown } from "../../lib/shown.ts";
import { timeOption } from "../time-option.ts";
import {
  type FieldState,
  importOriginOf,
  type Moment,
  momentOf,
  reproduce,
  type ReproducedStep,
  type Reproduction,
} from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { recordAccess } from "./access.ts";
import { type Asked, asked } from "./asked.ts";
import { bearingObjects, sayBearing } from "./bearing-words.ts";
import { screenTime } from "./columns.ts";
import {
  contradictionObject,
  contradictionText,
  stateColumns,
  stateObject,
} from "./history-rows.ts";
import { sayNoMoment, sayNotes } from "./moment-words.ts";
import type { Looking } from "./one-record.ts";
import { folded, heading } from "./page.ts";
import { printPaged } from "./pager.ts";
import { type PlainColumn, plainLines } from "./plain-rows.ts";
import { exitAfterReading, sayProblems, valuesWithProgress, withProgress } from "./reading.ts";
import type { ReproduceCommandOptions } from "./reproduce-command.ts";
import { sideText } from "./value-text.ts";
import { jsonText, withoutControls } from "../../lib/visible-text.ts";

/** Prints what led to a state, and sets the exit code. */
export async function reproduceState(
  options: ReproduceCommandOptions,
  lines: Lines,
): Promise<void> {
  const { print, warn } = lines;
  const question = await asked([], options, { isReadAgain: true });
  const { run, action: actions } = options;
  const given = Object.entries({ run, snapshot: options.snapshot, at: options.at });
  const scope = given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const access = (count: number) =>
    recordAccess({ scope: ["reproduce", ...scope], count }, options);
  const end = await endOf(options, question, { warn, access });
  if (end === "none") return;
  const { until, moment } = end;
  const found = await valuesWithProgress(warn, (reading) =>
    reproduce(question.sources, {
      run,
      until,
      upTo: ownRecordOf(moment),
      actions,
      within: question.query.terms,
      ...reading,
    }),
  );
  const { steps } = found;
  await access(steps.length);
  if (moment !== undefined) sayNotes(moment, warn);
  if (options.output === "json") print(jsonText(jsonOf(found, options, until), 2));
  else if (steps.length > 0)
    await printPaged(pageLines(found, { options, until, zone: question.zone }), lines, options);
  if (steps.length === 0)
    warn(
      run === undefined ? "nothing found" : `no change is known that came about in ${shown(run)}`,
    );
  if (steps.length === 0 && found.imported.length > 0) warn(importedText(found.imported.length));
  if (run === undefined && found.runs.length > 1)
    warn(
      withoutControls(
        `it holds ${found.runs.length} runs: ${found.runs.slice(0, 10).join(", ")}: --run keeps one`,
      ),
    );
  sayBearing(found.bearing, question.zone, warn);
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, steps.length);
}

/** The record that a moment is of, unless it is imported: then its number says nothing of when it was. */
function ownRecordOf(moment: Moment | undefined): Moment["record"] {
  const record = moment?.record;
  return record === undefined || importOriginOf(record) !== undefined ? undefined : record;
}

interface End {
  readonly until: string | undefined;
  /** Of a snapshot. */
  readonly moment?: Moment;
}

/** `none`: there is no such snapshot, which was said. */
async function endOf(
  { snapshot, at, run }: ReproduceCommandOptions,
  { sources, zone }: Asked,
  looking: Looking,
): Promise<End | "none"> {
  if (at !== undefined) return { until: timeOption(at, "--at", zone).until };
  if (snapshot === undefined) return { until: undefined };
  const found = await withProgress((reading) =>
    momentOf(sources, snapshot, { zone, run, ...reading }),
  );
  const { moment } = found;
  if (moment !== undefined) return { until: moment.until, moment };
  const choose = `give the id of the record as --snapshot${run === undefined ? ", or a --run" : ""}`;
  await sayNoMoment(snapshot, found, { zone, run, choose, ...looking });
  return "none";
}

interface PageOptions {
  readonly options: ReproduceCommandOptions;
  readonly until: string | undefined;
  readonly zone: string;
}

function* pageLines(found: Reproduction, { options, until, zone }: PageOptions): Generator<string> {
  const { steps, final } = found;
  const of = options.run === undefined ? "" : ` of ${options.run}`;
  const as = until === undefined ? "" : ` as of ${screenTime(until, zone)}`;
  yield heading(
    `State${of}${as}: ${counted(steps.length, "change")} that came about, in their order`,
  );
  yield* plainLines({ columns: stepColumns(zone), rows: steps, objectOf: stepObject }, "table");
  const isSample = ({ owner }: FieldState): boolean => owner.type === "sample";
  const own = final.filter((state) => !isSample(state));
  if (own.length > 0) {
    yield "";
    yield heading("Values they lead to");
    yield* plainLines({ columns: stateColumns(zone), rows: own, objectOf: stateObject }, "table");
  }
  const samples = final.filter(isSample);
  if (samples.length > 0) {
    yield "";
    yield heading("Samples");
    yield* sampleLines(samples);
  }
  const notes = notesOf(found, options);
  if (notes.length === 0) return;
  yield "";
  yield heading("To be known");
  for (const note of notes) yield* folded(note, { first: "- ", indent: 2 });
}

function stepColumns(zone: string): readonly PlainColumn<ReproducedStep>[] {
  return [
    { name: "time", textOf: ({ record }) => screenTime(record.timestamp, zone) },
    { name: "record", textOf: ({ record }) => record.record_id },
    { name: "what", textOf: ({ record }) => sentenceOf(fromFlat(record)) },
    { name: "not said", textOf: ({ lacks }) => lacks.join("; ") },
  ];
}

/** Samples that have the same value of a field, together. */
function* sampleLines(samples: readonly FieldState[]): Generator<string> {
  const groups = Map.groupBy(samples, ({ field, value }) => `${field}: ${sideText(value)}`);
  for (const [text, group] of groups) {
    const doubtful = group.filter(({ doubts }) => doubts.length > 0).length;
    const note = doubtful === 0 ? "" : `, ${doubtful} of them in doubt`;
    const ids = group.map(({ owner }) => owner.id).join(", ");
    yield* folded(`${text}, ${group.length} of them${note}: ${ids}`, { first: "  ", indent: 4 });
  }
}

function importedText(count: number): string {
  return `${counted(count, "imported record")} ${verbFor(count, "counts")} for nothing here: anybody could have written ${count === 1 ? "its" : "their"} file; to look at them: otel-audit query has:imported`;
}

function notesOf(
  { leftOut, contradictions, lost, steps, imported }: Reproduction,
  { run }: ReproduceCommandOptions,
): readonly string[] {
  const failed = leftOut.filter(({ outcome }) => outcome !== "unknown");
  const counts = Map.groupBy(failed, ({ outcome }) => outcome ?? "failure");
  const outcomes = [...counts].map(([outcome, records]) => `${records.length} ${outcome}`);
  const unknown = leftOut.filter(({ outcome }) => outcome === "unknown");
  const others = steps.filter(({ belongsBy }) => belongsBy === "service").length;
  return [
    ...(leftOut.length > 0
      ? [`left out, for they did not come about: ${outcomes.join(", ")}`]
      : []),
    ...(unknown.length > 0
      ? [
          `nobody knows whether these came about: ${unknown.map(({ record_id: id }) => id).join(", ")}`,
        ]
      : []),
    ...(others > 0
      ? [
          `${others} of the changes ${verbFor(others, "does")} not name ${run ?? "a run"}: ${verbFor(others, "it is")} of the same service, and of no other run`,
        ]
      : []),
    ...(imported.length > 0 ? [importedText(imported.length)] : []),
    ...contradictions.map(contradictionText),
    ...(lost > 0
      ? [
          `${counted(lost, "record")} ${verbFor(lost, "was")} lost in that time: changes may be missing`,
        ]
      : []),
  ];
}

function stepObject({ record, belongsBy, effects, lacks }: ReproducedStep): object {
  const { record_id: id, timestamp, action_type: action, details } = record;
  const { actor_id: actor, actor_type: actorType, target_type: type, target_id: target } = record;
  return {
    record: id,
    timestamp,
    action,
    actor: actor === undefined ? null : { id: actor, type: actorType ?? null },
    target: target === undefined ? null : { type: type ?? null, id: target },
    reason: record.reason ?? null,
    sentence: sentenceOf(fromFlat(record)),
    belongsBy,
    effects,
    details,
    lacks,
  };
}

function jsonOf(
  found: Reproduction,
  { run, snapshot }: ReproduceCommandOptions,
  until: string | undefined,
): object {
  const { steps, final, contradictions, leftOut, imported, runs, services, lost } = found;
  return {
    version: 1,
    run: run ?? null,
    snapshot: snapshot ?? null,
    until: until ?? null,
    runs,
    services,
    steps: steps.map(stepObject),
    final: final.map(stateObject),
    contradictions: contradictions.map(contradictionObject),
    leftOut: leftOut.map(({ record_id: id, timestamp, action_type: action, outcome, error }) => ({
      record: id,
      timestamp,
      action,
      outcome: outcome ?? null,
      error,
    })),
    imported: imported.map(({ record_id: id }) => id),
    recordsLost: lost,
    ...bearingObjects(found.bearing),
  };
}
