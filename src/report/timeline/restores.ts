/** Which values a restored checkpoint may have set back. */
import type { FlatRecord } from "../../format/index.ts";
import { firstWhere } from "../../lib/first-where.ts";
import { type FieldChange, fieldChangesOf } from "../field-changes.ts";
import { createReachIndex, inOrder, type Placed, type SetField } from "./reach.ts";
import { sideText } from "../side.ts";
import type { WorkedOn } from "./worked-on.ts";

/** Actions that may set back what was set before them, without saying what. */
export const SETTING_BACK: readonly string[] = [
  "checkpoint_restore",
  "backup_restore",
  "restart_instance",
];
/** Every one of many restores need not be named. */
const MAX_SAID = 3;

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
 * Creates one; records are seen in their order.
 *
 * @param isOfService as of {@link isWithinReach}.
 */
export function createRestores(isOfService: WorkedOn): Restores {
  const index = createReachIndex<Restore>(isOfService);
  const places = new Map<string, number>();
  const placeOf = (record: FlatRecord | undefined): number =>
    places.get(record?.record_id ?? "") ?? Infinity;
  return {
    see(record) {
      const at = places.size;
      places.set(record.record_id, at);
      if (isSettingBack(record)) index.add({ record, at, saidOf: lastNames(record) });
    },
    doubtsOf(field) {
      const at = placeOf(field.setBy);
      const { common, own } = index.reaching(field);
      const [some, others] = [
        common.length - firstBehind(common, at),
        own.length - firstBehind(own, at),
      ];
      if (some + others === 0) return [];
      const tails = [...lastOf(common, some), ...lastOf(own, others)];
      const latest = lastOf(inOrder(tails), tails.length);
      const said = latest.map((restore) => doubt(restore, field.path.at(-1) ?? ""));
      const more = some + others - said.length;
      return more > 0 ? [...said, `${more} more such actions since it was set`] : said;
    },
    between(field, end) {
      const [from, to] = [placeOf(field.setBy), placeOf(end) - 1];
      const { common, own } = index.reaching(field);
      const found = [common, own].flatMap((all) =>
        all.slice(firstBehind(all, from), firstBehind(all, to)),
      );
      return inOrder(found).map(({ record }) => record);
    },
  };
}

/** The last of so many that stand at the end of a list. */
function lastOf(restores: readonly Restore[], count: number): readonly Restore[] {
  return restores.slice(restores.length - Math.min(count, MAX_SAID));
}

interface Restore extends Placed {
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
  return firstWhere(restores, (one) => one.at > at);
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
