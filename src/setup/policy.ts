import { existsSync } from "node:fs";
import { type LoadedPolicy, loadPolicyFile, policyOfObject } from "../capture/index.ts";
import type { ResolvedOptions } from "./options.ts";

/** The policy of an application that has none: everything is recorded, nobody is known, nothing is uncovered. */
const NO_POLICY = { version: 1, coverage: "off" } as const;

/**
 * The audit policy that the options name, or the one that lies in the working directory.
 *
 * @throws {AuditError} what {@link loadPolicyFile} throws; also when a named file is not there.
 */
export function loadPolicy(
  { policy, isPolicyNamed }: ResolvedOptions,
  report: (line: string) => void,
): LoadedPolicy {
  if (typeof policy === "object") return policyOfObject(policy);
  if (policy === undefined || (!isPolicyNamed && !existsSync(policy))) {
    return policyOfObject(NO_POLICY);
  }
  return loadPolicyFile(policy, report);
}
