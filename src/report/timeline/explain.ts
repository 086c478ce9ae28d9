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
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  type TimeSpan,
  type TrailSource,
} from "../../read/index.ts";
import { ORIGINALS } from "../imported.ts";
import { shifted } from "./instant.ts";
import { oldestFirst } from "./order.ts";

/** One earlier event, and why it is listed. */
export interface Step {
  readonly record: FlatRecord;
  /** As in `same target`; the strongest first. */
  readonly why: readonly string[];
}

/** What came before a record. */
export interface Explanation extends ReadingProblems {
  readonly record: FlatRecord;
  /** False: it succeeded, or nobody asked whether it did. */
  readonly hasFailed: boolean;
  readonly window: TimeSpan;
  /** The oldest first; of many those that have most to do with it. */
  readonly steps: readonly Step[];
  readonly stepsTotal: number;
  /** Earlier attempts of the same action on the same target, however long ago; the oldest first. */
  readonly attempts: readonly FlatRecord[];
  readonly attemptsTotal: number;
  /** How attempts are known to be of the same. */
  readonly attemptsOf: string;
  /** Other records of the call: also what came of it later. */
  readonly sameCall: readonly FlatRecord[];
}

/** How far it is looked back. */
export interface ExplainOptions extends ScanOptions {
  readonly windowMillis: number;
}

/** More steps say less. */
const MAX_STEPS = 200;
/** Earlier attempts that are listed; the latest. */
const MAX_ATTEMPTS = 20;
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
  const window = { from: shifted(record.timestamp, -windowMillis), until: record.timestamp };
  const { steps, total, ...problems } = await stepsIn(sources, record, { window, reading });
  const before = timeTerm({ until: record.timestamp });
  const { terms, attemptsOf } = attemptsQuery(record);
  const attempts = await searchTrail(
    sources,
    { terms: [...terms, before, ORIGINALS] },
    { order: "newest", limit: MAX_ATTEMPTS, ...reading },
  );
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
    attempts: attempts.records.toSorted(oldestFirst),
    attemptsTotal: attempts.total,
    attemptsOf,
    sameCall: sameCall.filter(({ record_id: id }) => id !== record.record_id),
    ...problems,
  };
}

function timeTerm(range: {
  readonly from?: string;
  readonly until?: string;
}): Query["terms"][number] {
  return { field: "created", isNegated: false, test: { kind: "time", ...range } };
}

interface Attempts {
  readonly terms: Query["terms"];
  readonly attemptsOf: string;
}

function attemptsQuery({
  action_type: action,
  target_id: target,
  target_type: type,
  actor_id: actor,
}: FlatRecord): Attempts {
  const own = textTerm("action", action);
  if (target !== undefined)
    return {
      terms: [
        own,
        textTerm("target", target),
        ...(type === undefined ? [] : [textTerm("target.type", type)]),
      ],
      attemptsOf: `${action} on ${type === undefined ? "" : `${type} `}${target}`,
    };
  if (actor !== undefined)
    return { terms: [own, textTerm("actor", actor)], attemptsOf: `${action} by ${actor}` };
  return { terms: [own], attemptsOf: action };
}

interface Looking {
  readonly window: TimeSpan;
  readonly reading: ScanOptions;
}

async function stepsIn(
  sources: readonly TrailSource[],
  record: FlatRecord,
  { window, reading }: Looking,
): Promise<ReadingProblems & { readonly steps: readonly Step[]; readonly total: number }> {
  const steps: Step[] = [];
  const problems: ReadingProblems["problems"][number][] = [];
  // What stands at the very microsecond, and before it in its stream, came before it too.
  // What is imported came before it by the time of the import only.
  const terms = [timeTerm({ from: window.from, until: `${window.until}~` }), ORIGINALS];
  for await (const found of matchingRecords(sources, { terms }, reading)) {
    if (found.kind === "problem") {
      problems.push(found);
      continue;
    }
    if (oldestFirst(found.record, record) >= 0) continue;
    const why = reasonsFor(found.record, record);
    if (why.length > 0) steps.push({ record: found.record, why });
  }
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
