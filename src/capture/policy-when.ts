import type { PolicyAction, PolicyConditions } from "./policy-document.ts";

/** Conditions that must all hold, and where they stand in the policy. */
export interface WhenGroup {
  readonly conditions: PolicyConditions;
  readonly path: readonly PropertyKey[];
}

/**
 * The groups of conditions of an action, of which one must hold; none where it has no conditions.
 *
 * @param path of the action in the policy.
 */
export function whenGroups(
  { when }: Pick<PolicyAction, "when">,
  path: readonly PropertyKey[],
): readonly WhenGroup[] {
  if (when === undefined) return [];
  if (!isList(when)) return [{ conditions: when, path: [...path, "when"] }];
  return when.map((conditions, at) => ({ conditions, path: [...path, "when", at] }));
}

function isList(when: NonNullable<PolicyAction["when"]>): when is readonly PolicyConditions[] {
  return Array.isArray(when);
}
