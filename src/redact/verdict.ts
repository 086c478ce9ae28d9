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

/** Rules that no name alone decides. */
export interface SpecialVerdicts {
  /** `key:likely`: a name that may be a secret's, and a value that looks like one. */
  readonly likely: Verdict;
  /** `key:kubernetes_secret`: all that stands in the data of a Kubernetes Secret. */
  readonly kubernetesSecret: Verdict;
}

/** Their names, as in `audit.redaction.rules`. */
export const SPECIAL_RULES: readonly string[] = ["key:likely", "key:kubernetes_secret"];

/** The special rules with what a policy says of them; by default they mask. */
export function specialVerdicts(
  actionOf: (rule: string) => RedactionAction | undefined,
): SpecialVerdicts {
  const verdict = (rule: string): Verdict => ({ rule, action: actionOf(rule) ?? "mask" });
  return { likely: verdict("key:likely"), kubernetesSecret: verdict("key:kubernetes_secret") };
}
