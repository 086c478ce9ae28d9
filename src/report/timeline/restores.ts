/** Which values a restored checkpoint may have set back. */
import type { FlatRecord } from "../../format/index.ts";
import { type FieldChange, fieldChangesOf } from "../field-changes.ts";
import type { FieldState } from "./replay.ts";
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

/** Remembers them. */
export interface Restores {
  readonly see: (record: FlatRecord) => void;
  readonly doubtsOf: (field: Pick<FieldState, "owner" | "path" | "setBy">) => readonly string[];
}

/** Whether a record may have set back values without naming them. */
export function isSettingBack({ action_type: action, status }: FlatRecord): boolean {
  return status === "success" && SETTING_BACK.includes(action);
}

/** Whether what is set back may be of it. */
export function isWithinReach({ type }: FieldState["owner"]): boolean {
  return !OUT_OF_REACH.has(type);
}

/** Creates one; records are seen in their order. */
export function createRestores(): Restores {
  const byService = new Map<string | undefined, Restore[]>();
  const places = new Map<string, number>();
  return {
    see(record) {
      places.set(record.record_id, places.size);
      if (!isSettingBack(record)) return;
      const own = byService.get(record.service) ?? [];
      byService.set(record.service, own);
      own.push({ record, at: places.size - 1, saidOf: lastNames(record) });
    },
    doubtsOf({ owner, setBy, path }) {
      if (setBy === undefined || !isWithinReach(owner)) return [];
      const at = places.get(setBy.record_id) ?? Infinity;
      const all = byService.get(setBy.service) ?? [];
      const since = all.length - firstBehind(all, at);
      const latest = since === 0 ? [] : all.slice(-Math.min(since, MAX_SAID));
      const said = latest.map((restore) => doubt(restore, path.at(-1) ?? ""));
      const more = since - said.length;
      return more > 0 ? [...said, `${more} more such actions since it was set`] : said;
    },
  };
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
  const { action_type: action, record_id: id, timestamp, target_id: target } = record;
  const what = target === undefined ? "" : ` of ${target}`;
  const said = saidOf(name);
  const named =
    said === undefined ? "" : `: it says that ${said.field} became ${sideText(said.to)}`;
  return `${id} (${action}${what}) at ${timestamp} came after it was set, and may have set it back${named}`;
}
