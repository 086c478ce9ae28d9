/** What may be redacted after a record was sealed, without breaking its proof. */
import {
  ATTR_ACTOR_ANY,
  ATTR_CLIENT_ADDRESS,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_REASON,
} from "./attributes.ts";

/** Stands for every leaf of the body. */
export const WHOLE_BODY = "*";

/** Who acted, and what people wrote in their own words. */
export const PERSONAL_ATTRIBUTES: readonly string[] = [
  ATTR_ACTOR_ANY,
  ATTR_REASON,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_CLIENT_ADDRESS,
];

/** Of an action that does not say otherwise. */
export const DEFAULT_REDACTABLE: readonly string[] = [WHOLE_BODY, ...PERSONAL_ATTRIBUTES];
