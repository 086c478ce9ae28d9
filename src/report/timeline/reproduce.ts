/**
 * What led to the state of a run: the changes that came about, in their order, and the values at the end.
 *
 * In: a trail, and which run or until when. Out: steps that somebody could take again, what was left out,
 * and everything that keeps the result from being the whole truth.
 */
import type { FlatRecord } from "../../format/index.ts";
import { counted, verbFor } from "../../lib/counted.ts";
import {
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  timeTerm,
  type TrailSource,
} from "../../read/index.ts";
import { gapTotals } from "../gap-totals.ts";
import { isImported } from "../imported.ts";
import { instantAfter } from "./instant.ts";
import { type Effect, effectsOf, sampleIdsOf, unnamedSamplesOf } from "./effects.ts";
import { type Contradiction, type FieldState, replay } from "./replay.ts";
import { isSettingBack } from "./restores.ts";
import { type Bearing, bearingOn, type StreamClocks, streamClocks } from "../stream-clocks.ts";
import { isNamed, isOnRun, runsOf } from "./runs.ts";
import { readWorkedOn } from "./worked-on.ts";

/** Actions that change what a run is made of; others can be named beside them. */
const REPRODUCED: readonly string[] = [
  "hp_change",
  "mode_switch",
  "weights_edit",
  "restart_instance",
  "retrain_trigger",
  "notebook_run",
  "tag_add",
  "tag_remove",
  "tag_register",
  "sample_discard",
  "sample_restore",
  "query_execute",
  "data_transform",
  "lineage",
  "label_schema_change",
  "task_import",
  "model_import",
  "checkpoint_restore",
  "backup_restore",
];

/** A change that came about. */
export interface ReproducedStep {
  readonly record: FlatRecord;
  /** `run`: the record names it. `service`: it is of the same service, and of no other run. */
  readonly belongsBy: "run" | "service" | "all";
  readonly effects: readonly Effect[];
  /** What the record does not say, and who repeats it has to know. */
  readonly lacks: readonly string[];
}

/** What was found. */
export interface Reproduction extends ReadingProblems {
  /** The oldest first. */
  readonly steps: readonly ReproducedStep[];
  readonly final: readonly FieldState[];
  readonly contradictions: readonly Contradiction[];
  /** What did not come about, or nobody knows whether it did; the oldest first. */
  readonly leftOut: readonly FlatRecord[];
  /** Of a log that was imported: what it says is no step, and no value. */
  readonly imported: readonly FlatRecord[];
  /** Runs that are among the targets. */
  readonly runs: readonly string[];
  readonly services: readonly string[];
  /** Records that were lost, by the gap records of the same time. */
  readonly lost: number;
  /** What of the streams bears on it. */
  readonly bearing: Bearing;
}

/** What is asked for. */
export interface ReproduceOptions extends ScanOptions {
  /** Target id, or id of a run of an experiment tracker. Default: everything. */
  readonly run?: string | undefined;
  /** ISO 8601 UTC with six digits, not included. */
  readonly until?: string | undefined;
  /** Up to this record, which is included: where its clock was set back, a time does not tell. */
  readonly upTo?: FlatRecord | undefined;
  /** Further actions. */
  readonly actions?: readonly string[] | undefined;
  /** Further terms, as of a query. */
  readonly within?: Query["terms"] | undefined;
}

/**
 * Puts together what led to a state.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function reproduce(
  sources: readonly TrailSource[],
  { run, until: asked, upTo, actions = [], within = [], ...reading }: ReproduceOptions = {},
): Promise<Reproduction> {
  const clocks = clocksUpTo(await streamClocks(sources, reading), upTo);
  const until = upTo === undefined ? asked : instantAfter(clocks.timeOf(upTo));
  const wanted = textTerm("action", ...REPRODUCED, ...actions);
  const { records: found, ...problems } = await searchTrail(
    sources,
    { terms: [wanted, ...within] },
    { order: "oldest", ...reading },
  );
  const isUpTo = ({ stream, sequence }: FlatRecord): boolean =>
    upTo?.stream !== stream || sequence <= upTo.sequence;
  const isBefore = (record: FlatRecord): boolean =>
    until === undefined || clocks.timeOf(record) < until;
  const [before, behind] = parted(found.filter(isUpTo).toSorted(clocks.oldestFirst), isBefore);
  const isOf = run === undefined ? () => true : isOfRun(before, run);
  const own = before.filter(isOf);
  const originals = own.filter((record) => !isImported(record));
  const effective = originals.filter(isEffective);
  const isOfService = await readWorkedOn(sources, {
    restores: before.filter(isSettingBack),
    setting: originals,
    isCounted: (record) => isUpTo(record) && isBefore(record),
    within,
    ...reading,
  });
  // What stands behind the end says what it found, and nothing more.
  const wantedOnes = new Set([...own, ...behind.filter(isOf)]);
  // What was restored elsewhere is no step, but makes values doubtful, as it does in a history.
  const mayCount = [...before, ...behind].filter(
    (record) =>
      isSettingBack(record) ||
      (wantedOnes.has(record) && (isEffective(record) || record.outcome === "unknown")),
  );
  const told = replay(mayCount, until, {
    clocks,
    isTold: (record) => wantedOnes.has(record),
    isOfService,
  });
  return {
    steps: effective.map((record) => stepOf(record, run)),
    final: told.fields.filter((field) => !isOnlyFound(field)),
    contradictions: told.contradictions,
    leftOut: originals.filter((record) => !isEffective(record)),
    imported: own.filter(isImported),
    runs: distinct(own.filter(isOnRun).map(({ target_id: id }) => id)),
    services: distinct(own.map(({ service }) => service)),
    lost: (await gapTotals(sources, { terms: untilTerms(until) }, reading)).lost,
    bearing: bearingOn(until, clocks, own),
    ...problems,
  };
}

/** By the number of the record that is the end: what is not here behind it bears on nothing. */
function clocksUpTo(clocks: StreamClocks, upTo: FlatRecord | undefined): StreamClocks {
  if (upTo === undefined) return clocks;
  const holes = clocks.holes.filter(
    ({ stream, first }) => stream !== upTo.stream || first < upTo.sequence,
  );
  return { ...clocks, holes, pivot: upTo.stream };
}

/** Nothing before the end says anything of it. */
function isOnlyFound({ setBy, next, value }: FieldState): boolean {
  return setBy === undefined && next !== undefined && value.kind !== "unknown";
}

function untilTerms(until: string | undefined): Query["terms"] {
  return until === undefined ? [] : [timeTerm({ until })];
}

/** Those of which something holds, and the others. */
function parted(
  records: readonly FlatRecord[],
  holds: (record: FlatRecord) => boolean,
): readonly [FlatRecord[], FlatRecord[]] {
  const { true: some = [], false: others = [] } = Object.groupBy(records, (record) =>
    holds(record) ? "true" : "false",
  );
  return [some, others];
}

function isEffective({ status, outcome }: FlatRecord): boolean {
  return status === "success" && outcome !== "unknown";
}

function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined))].toSorted((left, right) =>
    left < right ? -1 : left > right ? 1 : 0,
  );
}

/** Records that name the run, and those of its services that are of no other. */
function isOfRun(records: readonly FlatRecord[], run: string): (record: FlatRecord) => boolean {
  const services = new Set(
    records
      .filter((record) => isNamed(record, run) && !isImported(record))
      .map(({ service }) => service),
  );
  return (record) =>
    isNamed(record, run) || (services.has(record.service) && runsOf(record).size === 0);
}

function stepOf(record: FlatRecord, run: string | undefined): ReproducedStep {
  const effects = effectsOf(record);
  return {
    record,
    belongsBy: run === undefined ? "all" : isNamed(record, run) ? "run" : "service",
    effects,
    lacks: lacksOf(record, effects),
  };
}

function lacksOf(record: FlatRecord, effects: readonly Effect[]): readonly string[] {
  const unnamed = unnamedSamplesOf(record);
  const hidden = effects.filter(({ to, moved }) => moved === undefined && isHidden(to));
  const { action_type: action, details } = record;
  const isNotebook = action === "notebook_run";
  const isQuery = action === "query_execute" && details["query_text"] === undefined;
  return [
    ...(unnamed > 0 ? [unnamedText(record, unnamed)] : []),
    ...hidden.map(({ field, to }) => `the value of ${field} is ${HIDDEN[to.kind] ?? "not known"}`),
    ...(isSettingBack(record)
      ? ["what it set back is not said, but for its before and after"]
      : []),
    ...(isNotebook ? ["what its code changed is not known"] : []),
    ...(isQuery ? ["the query itself was not recorded"] : []),
  ];
}

function unnamedText(record: FlatRecord, unnamed: number): string {
  return sampleIdsOf(record).length === 0
    ? "which samples is not said"
    : `${counted(unnamed, "more sample")} ${verbFor(unnamed, "is")} not named`;
}

const HIDDEN: Readonly<Record<string, string>> = {
  redacted: "redacted",
  cut: "not recorded whole",
};

function isHidden({ kind }: Effect["to"]): boolean {
  return kind === "redacted" || kind === "cut" || kind === "unknown";
}
