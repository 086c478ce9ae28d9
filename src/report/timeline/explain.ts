/**
 * What came before a record, and what each of it has to do with it.
 *
 * In: a record, and the trail. Out: a sequence. That one thing led to the other is for people to say.
 */
import { ATTR_SNAPSHOT_ID } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import {
  ANY_KIND,
  matchingRecords,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  timeTerm,
  type TimeSpan,
  type TrailSource,
} from "../../read/index.ts";
import { ORIGINALS } from "../imported.ts";
import { shifted } from "./instant.ts";
import { attemptsBefore, type Attempts } from "./attempts.ts";
import { type Bearing, bearingOn, streamClocks } from "../stream-clocks.ts";
import { orderBy, orderOf, type StreamOrder, tracksOf } from "../stream-order.ts";

/** One earlier event, and why it is listed. */
export interface Step {
  readonly record: FlatRecord;
  /** As in `same target`; the strongest first. */
  readonly why: readonly string[];
}

/** What came before a record. */
export interface Explanation extends ReadingProblems, Attempts {
  readonly record: FlatRecord;
  /** False: it succeeded, or nobody asked whether it did. */
  readonly hasFailed: boolean;
  readonly window: TimeSpan;
  /** The oldest first; of many those that have most to do with it. */
  readonly steps: readonly Step[];
  readonly stepsTotal: number;
  /** The clock of its stream, where it was set back and the record is of times that came twice. */
  readonly clocks: Bearing["clocks"];
  /** Other records of the call: also what came of it later. */
  readonly sameCall: readonly FlatRecord[];
}

/** How far it is looked back. */
export interface ExplainOptions extends ScanOptions {
  readonly windowMillis: number;
}

/** More steps say less. */
const MAX_STEPS = 200;
const MAX_SAME_CALL = 50;

/** What changes the state that later actions meet, and what is said of it. */
const CONTEXT: Readonly<Record<string, string>> = {
  pause: "training was paused",
  notebook_pause_training: "training was paused",
  resume: "training was resumed",
  mode_switch: "the mode was switched",
  hp_change: "a parameter was changed",
  weights_edit: "weights were edited",
  restart_instance: "the service was restarted",
  checkpoint_save: "a checkpoint was saved",
  checkpoint_restore: "a checkpoint was restored",
  backup_restore: "a backup was restored",
};

/** Steps that have less to do with it are left out first. */
const WEIGHTS: Readonly<Record<string, number>> = {
  "same call": 16,
  "same trace": 8,
  "same target": 4,
  "same snapshot": 4,
  "same actor": 1,
};

/**
 * Looks for what came before a record.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function explain(
  sources: readonly TrailSource[],
  record: FlatRecord,
  { windowMillis, ...reading }: ExplainOptions,
): Promise<Explanation> {
  // Where its clock was set back, records before it in its stream say later times.
  const clocks = await streamClocks(sources, reading, [record.stream]);
  const { timeOf } = clocks;
  const window = { from: shifted(record.timestamp, -windowMillis), until: timeOf(record) };
  const { steps, total, ...problems } = await stepsIn(sources, record, {
    window,
    timeOf,
    reading,
  });
  const attempts = await attemptsBefore(sources, record, { timeOf, reading });
  const call = record.call_id;
  const sameCall =
    call === undefined
      ? []
      : (
          await searchTrail(
            sources,
            { terms: [textTerm("call", call), ANY_KIND] },
            {
              order: "oldest",
              limit: MAX_SAME_CALL,
              ...reading,
            },
          )
        ).records;
  return {
    record,
    hasFailed: record.outcome === "failure" || record.outcome === "denied",
    window,
    steps,
    stepsTotal: total,
    ...attempts,
    clocks: bearingOn(undefined, clocks, [record]).clocks,
    sameCall: sameCall.filter(({ record_id: id }) => id !== record.record_id),
    ...problems,
  };
}

interface Looking extends Pick<StreamOrder, "timeOf"> {
  readonly window: TimeSpan;
  readonly reading: ScanOptions;
}

async function stepsIn(
  sources: readonly TrailSource[],
  record: FlatRecord,
  { window, timeOf, reading }: Looking,
): Promise<ReadingProblems & { readonly steps: readonly Step[]; readonly total: number }> {
  const found: Step[] = [];
  const problems: ReadingProblems["problems"][number][] = [];
  // What stands at the very microsecond, and before it in its stream, came before it too.
  // What is imported came before it by the time of the import only.
  const terms = [timeTerm({ from: window.from, until: `${window.until}~` }), ORIGINALS];
  for await (const one of matchingRecords(sources, { terms }, reading)) {
    if (one.kind === "problem") {
      problems.push(one);
      continue;
    }
    const why = reasonsFor(one.record, record);
    if (why.length > 0) found.push({ record: one.record, why });
  }
  const others = orderOf(tracksOf(found.map((step) => step.record)));
  const { oldestFirst } = orderBy((one) =>
    one.stream === record.stream ? timeOf(one) : others.timeOf(one),
  );
  const steps = found.filter((step) => oldestFirst(step.record, record) < 0);
  const weighty = steps
    .toSorted(
      (left, right) => weightOf(right) - weightOf(left) || oldestFirst(right.record, left.record),
    )
    .slice(0, MAX_STEPS);
  return {
    steps: weighty.toSorted((left, right) => oldestFirst(left.record, right.record)),
    total: steps.length,
    problems: problems.slice(0, 1000),
    problemCount: problems.length,
  };
}

function weightOf({ why }: Step): number {
  // What changes the state of the service counts more than that somebody was there.
  return why.reduce((sum, text) => sum + (WEIGHTS[text] ?? 2), 0);
}

/** Why an earlier record is listed; empty: it is not. */
export function reasonsFor(earlier: FlatRecord, record: FlatRecord): readonly string[] {
  const isSame = (key: "call_id" | "trace_id" | "actor_id" | "service"): boolean =>
    record[key] !== undefined && record[key] === earlier[key];
  const isSameTarget =
    record.target_id !== undefined &&
    record.target_id === earlier.target_id &&
    record.target_type === earlier.target_type;
  const snapshots = snapshotsOf(record);
  const isSameSnapshot = snapshotsOf(earlier).some((id) => snapshots.includes(id));
  const context = Object.hasOwn(CONTEXT, earlier.action_type)
    ? CONTEXT[earlier.action_type]
    : undefined;
  const attempted = earlier.status === "success" ? "" : ", or was to be";
  return [
    ...(isSame("call_id") ? ["same call"] : []),
    ...(isSame("trace_id") ? ["same trace"] : []),
    ...(isSameTarget ? ["same target"] : []),
    ...(isSameSnapshot && !isSameTarget ? ["same snapshot"] : []),
    ...(isSame("actor_id") && record.actor_id !== "anonymous" ? ["same actor"] : []),
    ...(context !== undefined && isSame("service") ? [`${context}${attempted}`] : []),
  ];
}

function snapshotsOf({ details, attributes }: FlatRecord): readonly string[] {
  const named = [attributes[ATTR_SNAPSHOT_ID], details["checkpoint_id"]];
  return named.flatMap((id) =>
    typeof id === "string" || typeof id === "number" ? [String(id)] : [],
  );
}
