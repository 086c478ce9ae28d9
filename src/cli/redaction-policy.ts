import { existsSync } from "node:fs";
import { compileRedaction, loadRedactionFile, type RedactionPolicy } from "../redact/index.ts";

/** Where a service looks for its redaction policy while nothing names one. */
const DEFAULT_POLICY = "redaction.yaml";

/** A redaction policy, and the file that it stands in. */
export interface FoundPolicy {
  readonly path: string;
  readonly policy: RedactionPolicy;
}

/**
 * The redaction policy that a service in this directory would have; undefined: none.
 *
 * @param named what an option or AUDIT_REDACTION_FILE names; it has to be there.
 * @throws {AuditError} `unreadable`, `untrusted_file`, `invalid_policy`.
 */
export function findRedactionPolicy(
  named: string | undefined,
  warn: (line: string) => void,
): FoundPolicy | undefined {
  if (named === undefined && !existsSync(DEFAULT_POLICY)) return undefined;
  const path = named ?? DEFAULT_POLICY;
  const loaded = loadRedactionFile(path, warn);
  // Refuses a pattern that is no RE2, as a service does at its start.
  compileRedaction(loaded, undefined);
  return { path, policy: loaded.document };
}
