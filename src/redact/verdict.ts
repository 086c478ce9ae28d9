import type { RedactionAction } from "./policy-schema.ts";

/** What a rule says of a value. */
export interface Verdict {
  /** Stands in `audit.redaction.rules`. */
  readonly rule: string;
  readonly action: RedactionAction;
}

/** Whether a verdict is a policy's own word on a name, and not one of the built-in rules. */
export function isOfPolicy({ rule }: Verdict): boolean {
  return rule.startsWith("name:");
}
