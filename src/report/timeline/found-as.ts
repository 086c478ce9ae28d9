/** As what a name was found. */
import type { FlatRecord } from "../../format/index.ts";
import { type Role, rolesOf } from "./roles.ts";

/** As what it was found. */
export interface FoundAs {
  readonly role: Role;
  /** Of a target its type; of a field the type of what it is a field of. */
  readonly type: string;
  readonly records: number;
}

/** Types of targets that other records name in another way, and are the same things. */
const SAME_AS: Readonly<Record<string, Role>> = {
  sample: "sample",
  project: "project",
  run: "run",
  checkpoint: "snapshot",
  snapshot: "snapshot",
};

/** As what records name something; each counts for the first of its roles. */
export function foundAs(
  records: readonly FlatRecord[],
  name: string,
  roles: readonly Role[],
): readonly FoundAs[] {
  const counts = new Map<string, { role: Role; type: string; records: number }>();
  for (const record of records) {
    const first = rolesOf(record, name).find((role) => roles.includes(role));
    if (first === undefined) continue;
    const { target_type: own = "" } = record;
    const role = first === "target" ? (SAME_AS[own] ?? first) : first;
    const type = role === "target" || role === "field" ? own : "";
    const one = counts.get(`${role} ${type}`) ?? { role, type, records: 0 };
    one.records++;
    counts.set(`${role} ${type}`, one);
  }
  return [...counts.values()];
}
