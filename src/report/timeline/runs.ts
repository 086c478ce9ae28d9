/** Which run a record is of, and how two of them stand to each other. */
import type { FlatRecord } from "../../format/index.ts";

/** Types of targets that are runs: what is on one is not on another. */
const RUN_TYPES: ReadonlySet<string> = new Set(["experiment", "run", "training_job", "job"]);
/** Details with the id of a run, as experiment trackers give it. */
const TRACKERS = ["mlflow.run_id", "wandb.run_id"] as const;

/** Ids of runs by who gives them: `target`, or the tracker. */
export type Runs = ReadonlyMap<string, string>;

/** Of records that somebody holds: one is asked for each of many fields. */
const known = new WeakMap<FlatRecord, Runs>();

/** The runs that a record names: usually one, and that by several ids. */
export function runsOf(record: FlatRecord): Runs {
  const runs = known.get(record) ?? readRuns(record);
  known.set(record, runs);
  return runs;
}

function readRuns({ target_type: type = "", target_id: id, details }: FlatRecord): Runs {
  const runs = new Map<string, string>();
  if (id !== undefined && RUN_TYPES.has(type)) runs.set("target", id);
  for (const tracker of TRACKERS) {
    const run = details[tracker];
    if (typeof run === "string" || typeof run === "number") runs.set(tracker, String(run));
  }
  return runs;
}

/** Whether its target is a run. */
export function isOnRun({ target_type: type, target_id: id }: FlatRecord): boolean {
  return type !== undefined && id !== undefined && RUN_TYPES.has(type);
}

/** Whether a record names a run: a target of any type counts, for services have types of their own. */
export function isNamed(record: FlatRecord, run: string): boolean {
  return record.target_id === run || [...runsOf(record).values()].includes(run);
}

/**
 * How the runs of two records stand to each other. Ids of different givers say nothing: an experiment has
 * one id of its own and another in the tracker.
 */
export function compareRuns(left: Runs, right: Runs): "same" | "other" | "unknown" {
  if (left.size === 0 || right.size === 0) return "unknown";
  const ids = new Set(right.values());
  if ([...left.values()].some((id) => ids.has(id))) return "same";
  return [...left.keys()].some((giver) => right.has(giver)) ? "other" : "unknown";
}

/** Whether two records are of one run; undefined where that cannot be told. Of one experiment there may be several. */
export function isSameRun(left: Runs, right: Runs): boolean | undefined {
  const both = [...left.keys()].filter((giver) => right.has(giver));
  if (both.length > 0) return both.every((giver) => left.get(giver) === right.get(giver));
  return compareRuns(left, right) === "same" ? true : undefined;
}
