import type { RedactionAction } from "./policy-schema.ts";

/** What a rule says of a value. */
export interface Verdict {
  /** Stands in `audit.redaction.rules`. */
  readonly rule: string;
  readonly action: RedactionAction;
}
