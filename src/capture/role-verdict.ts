import {
  ATTR_ACTION,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_ROLE_PERMITTED,
  ATTR_RECORD_KIND,
} from "../event/index.ts";
import type { Draft } from "../record/index.ts";
import type { AuditPolicy } from "./policy.ts";

/**
 * Says in a draft whether the policy lets the role of its actor do this, where the policy knows.
 * Recorded, not enforced: a permission that a role should not have had stands out.
 */
export function withRoleVerdict(
  draft: Draft,
  { isPermitted }: Pick<AuditPolicy, "isPermitted">,
): Draft {
  const { attributes } = draft;
  const role = attributes[ATTR_ACTOR_ROLE];
  if (typeof role !== "string" || !JUDGED.has(attributes[ATTR_RECORD_KIND])) return draft;
  const verdict = isPermitted(role, String(attributes[ATTR_ACTION]));
  if (verdict === undefined) return draft;
  return { ...draft, attributes: { ...attributes, [ATTR_ACTOR_ROLE_PERMITTED]: verdict } };
}

/** That a reply did not arrive is nothing that a role did. */
const JUDGED: ReadonlySet<unknown> = new Set(["result", "intent"]);
