/** Which values a restored checkpoint may have set back. */
import type { FlatRecord } from "../../format/index.ts";
import { type FieldChange, fieldChangesOf } from "../field-changes.ts";
import type { FieldState } from "./replay.ts";
import { compareRuns, runsOf } from "./runs.ts";
import { sideText } from "../side.ts";

/** Actions that may set back what was set before them, without saying what. */
export const SETTING_BACK: readonly string[] = [
  "checkpoint_restore",
  "backup_restore",
  "restart_instance",
];
/** What they do not reach: it is not of the model's state. */
const OUT_OF_REACH: ReadonlySet<string> = new Set(["user", "project", "policy", "audit_file"]);
/** Every one of many restores need not be named. */
const MAX_SAID = 3;

/** A field, as far as it matters for what may have set it back. */
export type SetField = Pick<FieldState, "owner" | "path" | "setBy">;

/** Remembers them. */
export interface Restores {
  /** Takes the next record. */
  readonly see: (record: FlatRecord) => void;
  readonly doubtsOf: (field: SetField) => readonly string[];
  /** Those that came after it was set and before another record, and may have set it back. */
  readonly between: (field: SetField, end: FlatRecord) => readonly FlatRecord[];
}

/** Whether a record may have set back values without naming them. */
export function isSettingBack({ action_type: action, status }: FlatRecord): boolean {
  return status === "success" && SETTING_BACK.includes(action);
}

/**
 * Whether what was restored may be of a field: it names what the field is of; or it was restored in the
 * service that set the field, and names no other run.
 *
 * @param isAnyService nobody knows of which service the restore is.
 */
export function isWithinReach(
  restore: FlatRecord,
  { owner, setBy }: SetField,
  isAnyService = false,
): boolean {
  if (setBy === undefined || OUT_OF_REACH.has(owner.type)) return false;
  const target = targetOf(restore);
  if (target !== "" && [ownerKey(owner), targetOf(setBy)].includes(target)) return true;
  const runs = compareRuns(runsOf(restore), runsOf(setBy));
  return (
    runs === "same" || (runs === "unknown" && (isAnyService || restore.service === setBy.service))
  );
}

/** Creates one; records are seen in their order. */
export function createRestores(): Restores {
  const restores: Restore[] = [];
  const targets = new Set<string>();
  const places = new Map<string, number>();
  const known = new Map<string, readonly Restore[]>();
  /** Fields of one service, run and target are reached by the same ones. */
  const reaching = (field: SetField): readonly Restore[] => {
    const { owner, setBy } = field;
    if (setBy === undefined || restores.length === 0) return [];
    const named = [ownerKey(owner), targetOf(setBy)].map((key) => targets.has(key) && key);
    const isOut = OUT_OF_REACH.has(owner.type);
    const key = JSON.stringify([setBy.service, [...runsOf(setBy)], named, isOut]);
    const all = known.get(key) ?? restores.filter(({ record }) => isWithinReach(record, field));
    known.set(key, all);
    return all;
  };
  const placeOf = (record: FlatRecord | undefined): number =>
    places.get(record?.record_id ?? "") ?? Infinity;
  return {
    see(record) {
      places.set(record.record_id, places.size);
      if (!isSettingBack(record)) return;
      known.clear();
      targets.add(targetOf(record));
      restores.push({ record, at: places.size - 1, saidOf: lastNames(record) });
    },
    doubtsOf(field) {
      const all = reaching(field);
      const since = all.length - firstBehind(all, placeOf(field.setBy));
      const latest = since === 0 ? [] : all.slice(-Math.min(since, MAX_SAID));
      const said = latest.map((restore) => doubt(restore, field.path.at(-1) ?? ""));
      const more = since - said.length;
      return more > 0 ? [...said, `${more} more such actions since it was set`] : said;
    },
    between(field, end) {
      const all = reaching(field);
      const start = firstBehind(all, placeOf(field.setBy));
      return all.slice(start, firstBehind(all, placeOf(end) - 1)).map(({ record }) => record);
    },
  };
}

/** Empty: it has none. */
function targetOf({ target_type: type = "", target_id: id = "" }: FlatRecord): string {
  return ownerKey({ type, id });
}

function ownerKey({ type, id }: FieldState["owner"]): string {
  return id === "" ? "" : JSON.stringify([type, id]);
}

interface Restore {
  readonly record: FlatRecord;
  readonly at: number;
  /** What it says itself of a field of a name. */
  readonly saidOf: (name: string) => FieldChange | undefined;
}

/** The changes of a record by the last key of their place, the first of each; looked up when one is asked for. */
function lastNames(record: FlatRecord): Restore["saidOf"] {
  let names: Map<string, FieldChange> | undefined;
  return (name) => {
    names ??= new Map(
      fieldChangesOf(record)
        .toReversed()
        .map((change) => [change.path.at(-1) ?? "", change]),
    );
    return names.get(name);
  };
}

/** The index of the first one behind a place; they are in the order of their places. */
function firstBehind(restores: readonly Restore[], at: number): number {
  let [low, high] = [0, restores.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((restores[middle]?.at ?? Infinity) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What it says of a field of that name itself is told, and not taken: it may be one of something else. */
function doubt({ record, saidOf }: Restore, name: string): string {
  const { record_id: id, timestamp } = record;
  const said = saidOf(name);
  const named =
    said === undefined ? "" : `: it says that ${said.field} became ${sideText(said.to)}`;
  return `${id} (${restoreText(record)}) at ${timestamp} came after it was set, and may have set it back${named}`;
}

/** As in `checkpoint_restore of c1 on exp-1`. */
export function restoreText({
  action_type: action,
  target_id: target,
  details,
}: FlatRecord): string {
  const { checkpoint_id: checkpoint } = details;
  const isNamed = typeof checkpoint === "string" || typeof checkpoint === "number";
  const what = isNamed ? String(checkpoint) : target;
  const on = what === target || target === undefined ? "" : ` on ${target}`;
  return what === undefined ? action : `${action} of ${what}${on}`;
}
