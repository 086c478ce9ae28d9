/** What roles did, held against what they may do. */
import type { ReportMaterial, RoleAnomaly } from "./material.ts";

/** Records of one role, action, outcome and verdict. */
export interface RoleCount {
  /** In this order; the verdict as the records have it, `true` or `false`, and empty where they have none. */
  readonly values: readonly string[];
  readonly records: number;
  readonly events: number;
}

/** What a policy lets a role do; undefined: it does not know. */
export type IsPermitted = (role: string | undefined, action: string) => boolean | undefined;

/** What the records say themselves, or else the policy that was given. */
export function roleVerdicts(
  counts: readonly RoleCount[],
  isPermitted: IsPermitted | undefined,
): ReportMaterial["roles"] {
  const found = new Map<string, RoleAnomaly>();
  let [withRole, selfJudged, judged] = [0, 0, 0];
  for (const { values, records, events } of counts) {
    const [role = "", action = "", outcome = "", verdict = ""] = values;
    const isSelfJudged = verdict === "true" || verdict === "false";
    // Redaction may have taken the role, and left the verdict.
    if (role === "" && !isSelfJudged) continue;
    const byPolicy = role === "" ? undefined : isPermitted?.(role, action);
    withRole += records;
    if (isSelfJudged) selfJudged += records;
    if (isSelfJudged || byPolicy !== undefined) judged += records;
    if (verdict !== "false" && byPolicy !== false) continue;
    const key = [role, action, outcome].join("\0");
    const known = found.get(key);
    found.set(key, {
      role,
      action,
      outcome,
      events: events + (known?.events ?? 0),
      isSelfJudged: verdict === "false" && known?.isSelfJudged !== false,
    });
  }
  const anomalies = [...found.values()].toSorted(
    (left, right) => right.events - left.events || (left.role < right.role ? -1 : 1),
  );
  return { anomalies, withRole, selfJudged, judged };
}
