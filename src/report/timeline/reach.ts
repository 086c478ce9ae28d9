/**
 * Which fields a restore reaches.
 *
 * One rule, asked twice: of one restore and one field, and of all restores at once, where asking each for each
 * field would take their product.
 */
import type { FlatRecord } from "../../format/index.ts";
import type { FieldState } from "./replay.ts";
import { compareRuns, type Runs, runsOf } from "./runs.ts";
import type { WorkedOn } from "./worked-on.ts";

/** A field, as far as it matters for what may have set it back. */
export type SetField = Pick<FieldState, "owner" | "path" | "setBy">;

/** What they do not reach: it is not of the model's state. */
const OUT_OF_REACH: ReadonlySet<string> = new Set(["user", "project", "policy", "audit_file"]);

/**
 * Whether what was restored may be of a field: it names what the field is of; or it names no other run, and
 * was restored in the service that set the field, or in one that works on the same.
 *
 * @param isOfService whether the service of the restore works on what a record is on.
 */
export function isWithinReach(
  restore: FlatRecord,
  { owner, setBy }: SetField,
  isOfService: WorkedOn,
): boolean {
  if (setBy === undefined || OUT_OF_REACH.has(owner.type)) return false;
  const target = targetOf(restore);
  if (target !== "" && [ownerKey(owner), targetOf(setBy)].includes(target)) return true;
  const runs = compareRuns(runsOf(restore), runsOf(setBy));
  if (runs !== "unknown") return runs === "same";
  return restore.service === setBy.service || isOfService(restore.service, setBy);
}

/** A restore, and its place among all records. */
export interface Placed {
  readonly record: FlatRecord;
  readonly at: number;
}

/** Those that reach a field, each in one of the lists, and these in the order of their places. */
export interface Reaching<Restore> {
  /** By their service: many fields have the same. */
  readonly common: readonly Restore[];
  /** By what they name. */
  readonly own: readonly Restore[];
}

/** Many restores. */
export interface ReachIndex<Restore> {
  /** In the order of their places. */
  readonly add: (restore: Restore) => void;
  readonly reaching: (field: SetField) => Reaching<Restore>;
}

/** Those of one service that name runs in the same way. */
interface Group<Restore> {
  readonly key: string;
  readonly service: string | undefined;
  readonly givers: readonly string[];
  readonly restores: Restore[];
}

/** Creates one. */
export function createReachIndex<Restore extends Placed>(
  isOfService: WorkedOn,
): ReachIndex<Restore> {
  const groups = new Map<string, Group<Restore>>();
  const byName = new Map<string, Restore[]>();
  const known = new Map<string, readonly Restore[]>();
  const remembered = (key: string, make: () => readonly Restore[]): readonly Restore[] => {
    const made = known.get(key) ?? make();
    known.set(key, made);
    return made;
  };
  return {
    add(restore) {
      known.clear();
      const { record } = restore;
      const key = groupOf(record);
      const givers = [...runsOf(record).keys()];
      const group = groups.get(key) ?? { key, service: record.service, givers, restores: [] };
      groups.set(key, group);
      group.restores.push(restore);
      for (const name of namesOf(targetOf(record), runsOf(record))) {
        const named = byName.get(name) ?? [];
        byName.set(name, named);
        named.push(restore);
      }
    },
    reaching({ owner, setBy }) {
      if (setBy === undefined || groups.size === 0 || OUT_OF_REACH.has(owner.type))
        return { common: [], own: [] };
      const runs = runsOf(setBy);
      // Who gives ids to both gave them others, where they are not the same: those are found by name.
      const fitting = [...groups.values()].filter(
        ({ service, givers }) =>
          !givers.some((giver) => runs.has(giver)) &&
          (service === setBy.service || isOfService(service, setBy)),
      );
      const keys = new Set(fitting.map(({ key }) => key));
      const commonKey = JSON.stringify([...keys]);
      const names = [ownerKey(owner), ...namesOf(targetOf(setBy), runs)].filter((name) =>
        byName.has(name),
      );
      return {
        common: remembered(commonKey, () => inOrder(fitting.flatMap((one) => one.restores))),
        own:
          names.length === 0
            ? []
            : remembered(JSON.stringify([commonKey, names]), () => {
                const named = new Set(names.flatMap((name) => byName.get(name) ?? []));
                return inOrder([...named].filter(({ record }) => !keys.has(groupOf(record))));
              }),
      };
    },
  };
}

function groupOf(record: FlatRecord): string {
  return JSON.stringify([record.service, [...runsOf(record).keys()]]);
}

/** By which a restore and a field may have the same. */
function namesOf(target: string, runs: Runs): readonly string[] {
  const ids = new Set(runs.values());
  return [...(target === "" ? [] : [target]), ...[...ids].map((id) => `run ${id}`)];
}

/** In the order of their places. */
export function inOrder<Restore extends Placed>(restores: readonly Restore[]): readonly Restore[] {
  return restores.toSorted((left, right) => left.at - right.at);
}

/** Empty: it has none. */
function targetOf({ target_type: type = "", target_id: id = "" }: FlatRecord): string {
  return ownerKey({ type, id });
}

function ownerKey({ type, id }: FieldState["owner"]): string {
  return id === "" ? "" : JSON.stringify([type, id]);
}
