/** Which record a snapshot or checkpoint of some name was made by. */
import { ATTR_SNAPSHOT_ID } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { importOriginOf, isImported } from "../imported.ts";
import { isSameRun, runsOf } from "./runs.ts";
import type { RunPlace } from "./run-place.ts";

/** Actions by which a snapshot is made, and those by which it is used. */
export const MAKING: readonly string[] = ["version_snapshot", "checkpoint_save"];
const USING: readonly string[] = ["checkpoint_restore"];
/** Types of targets whose ids are names of snapshots. */
const SNAPSHOT_TYPE = /(?:snapshot|checkpoint)s?$/i;
const MAX_OTHERS = 5;

/** How one is chosen. */
export interface SnapshotChoice {
  /** Those of this run count before others, and those of other runs do not count. */
  readonly place?: RunPlace | undefined;
  /** Where nothing of it succeeded, the first attempt is taken. Default: that is a question. */
  readonly isAttemptTaken?: boolean | undefined;
}

/** What keeps one from being chosen. */
export interface SnapshotQuestion {
  /**
   * `several`: they made one of that name each, of different runs or targets. `failed`: nothing else was done,
   * and nothing of it succeeded. `elsewhere`: they are of other runs than the one that was asked for.
   */
  readonly kind: "several" | "failed" | "elsewhere";
  readonly records: readonly FlatRecord[];
}

/** The record, or why it is none. */
export type ChosenSnapshot =
  | { readonly kind: "chosen"; readonly record: FlatRecord; readonly notes: readonly string[] }
  | SnapshotQuestion;

/**
 * Chooses from records, the oldest first: one that made it; where nothing says so, the first that restored it,
 * or whatever belongs to it. Originals count before what was imported.
 *
 * @returns undefined where no record names a snapshot so.
 */
export function chooseSnapshot(
  id: string,
  records: readonly FlatRecord[],
  { place, isAttemptTaken = false }: SnapshotChoice = {},
): ChosenSnapshot | undefined {
  const all = records.flatMap((record) => {
    const role = roleOf(record, id);
    if (role === undefined) return [];
    const distance = place?.distanceOf(record) ?? 0;
    return [{ record, role, distance, rank: rankOf(record, role, distance) }];
  });
  const near = all.filter(({ distance }) => distance !== "elsewhere");
  const [best] = near.toSorted((left, right) => left.rank - right.rank);
  if (best === undefined)
    return all.length === 0 ? undefined : { kind: "elsewhere", records: makersFirst(all) };
  const { record, role } = best;
  const rivals = near.filter(({ rank }) => rank === best.rank).map((one) => one.record);
  if (role === "made" && rivals.some((one) => !isSameMaker(one, record)))
    return { kind: "several", records: rivals };
  if (record.status !== "success" && !isAttemptTaken)
    return { kind: "failed", records: near.map((one) => one.record) };
  const others = all.filter(
    (one) => one !== best && [...MAKING, ...USING].includes(one.record.action_type),
  );
  const notes = [
    ...importNotes(id, record),
    ...(role === "made" && record.status === "success"
      ? []
      : [
          `nothing that was read says when ${id} was made${place === undefined ? "" : ` in ${place.run}`}: this is ${recordText(record)}`,
        ]),
    ...(others.length === 0
      ? []
      : [
          `${id} is named by ${others.length} more: ${others
            .slice(0, MAX_OTHERS)
            .map((one) => recordText(one.record))
            .join(", ")}${others.length > MAX_OTHERS ? ", …" : ""}`,
        ]),
  ];
  return { kind: "chosen", record, notes };
}

/** As what a record names it; undefined: it does not. */
type SnapshotRole = "made" | "used" | "belongs";

function roleOf(record: FlatRecord, id: string): SnapshotRole | undefined {
  const { action_type: action, attributes } = record;
  const belongsTo = attributes[ATTR_SNAPSHOT_ID];
  const role = MAKING.includes(action) ? "made" : USING.includes(action) ? "used" : "belongs";
  const names = namesOf(record);
  if (role !== "belongs" && (names.includes(id) || (names.length === 0 && belongsTo === id)))
    return role;
  return belongsTo === id ? "belongs" : undefined;
}

/** What a record that makes or uses a snapshot calls it. The target may be what it is a snapshot of. */
export function namesOf({
  action_type: action,
  target_type: type = "",
  target_id: target,
  details,
}: FlatRecord): readonly string[] {
  const name = action === "version_snapshot" ? details["name"] : details["checkpoint_id"];
  const isText = typeof name === "string" || typeof name === "number";
  const isTarget = target !== undefined && SNAPSHOT_TYPE.test(type);
  return [...(isText ? [String(name)] : []), ...(isTarget ? [target] : [])];
}

const RANKS: Readonly<Record<SnapshotRole, number>> = { made: 0, used: 3, belongs: 20 };

/** The lowest counts. What was done in the run counts before what was made somewhere. */
function rankOf(
  record: FlatRecord,
  role: SnapshotRole,
  distance: ReturnType<RunPlace["distanceOf"]>,
): number {
  const away = distance === "elsewhere" ? 0 : distance === 2 ? 10 : distance;
  const [failed, imported] = [record.status !== "success", isImported(record)].map(Number);
  return RANKS[role] + away + 100 * (failed ?? 0) + 40 * (imported ?? 0);
}

function makersFirst(
  all: readonly { readonly record: FlatRecord; readonly role: SnapshotRole }[],
): readonly FlatRecord[] {
  const makers = all.filter(({ role }) => role === "made");
  return (makers.length > 0 ? makers : all).map(({ record }) => record);
}

/** Whether two records made a snapshot of the same thing: then the second made it anew. */
function isSameMaker(left: FlatRecord, right: FlatRecord): boolean {
  if (left.record_id === right.record_id) return true;
  if (left.call_id !== undefined && left.call_id === right.call_id) return true;
  const isRun = isSameRun(runsOf(left), runsOf(right));
  return (
    isRun ??
    (left.target_type === right.target_type &&
      left.target_id === right.target_id &&
      left.service === right.service)
  );
}

function importNotes(id: string, record: FlatRecord): readonly string[] {
  const origin = importOriginOf(record);
  if (origin === undefined) return [];
  const { file, time } = origin;
  return [
    `only an imported record tells of ${id}: ${record.record_id}; the time is that ${time === undefined ? "of the import" : `which ${file} says`}`,
  ];
}

function recordText({ action_type: action, record_id: id, outcome = "" }: FlatRecord): string {
  return `${id} (${action}, ${outcome})`;
}
