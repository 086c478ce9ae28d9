import { AuditError } from "../lib/errors.ts";
import type { AuditedMethod } from "./audit-wire.ts";
import type { CaptureTarget } from "./capture-target.ts";

/**
 * Says which methods of a server the audit policy neither maps nor exempts.
 *
 * @param when `listen`: strict coverage keeps the server from listening. `late`: the server listens
 * already, and nothing of ours stops it any more.
 * @throws {AuditError} `invalid_policy` where coverage is strict.
 */
export function checkCoverage(
  methods: readonly AuditedMethod[],
  when: "listen" | "late",
  report: (line: string) => void,
): void {
  for (const [{ policy }, names] of unmappedByTarget(methods)) {
    if (policy.coverage === "off") continue;
    const list = names.toSorted().join(", ");
    const problem = `the audit policy neither maps nor exempts ${list}`;
    if (policy.coverage === "strict" && when === "listen") {
      throw new AuditError(
        "invalid_policy",
        `${problem}, and its coverage is strict: add rules for them, or exempt them with a reason`,
      );
    }
    report(`${problem}: recorded as rpc_call`);
  }
}

function unmappedByTarget(
  methods: readonly AuditedMethod[],
): ReadonlyMap<CaptureTarget, readonly string[]> {
  const found = new Map<CaptureTarget, string[]>();
  for (const { name, targetOf } of methods) {
    const target = targetOf();
    const plan = target?.policy.planOf(name);
    if (target === null || plan?.kind !== "audit" || plan.isMapped) continue;
    const names = found.get(target) ?? [];
    names.push(name);
    found.set(target, names);
  }
  return found;
}
