/** What may be redacted after a record was sealed, without breaking its proof. */
import {
  ATTR_ACTOR_AUTHENTICATION_ERROR,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_AUTHORIZATION_BY,
  ATTR_CLIENT_ADDRESS,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_REASON,
  ATTR_SNAPSHOT_ID,
  ATTR_SOURCE_ID,
  ATTR_TARGET_ID,
  ATTR_USER_AGENT_ORIGINAL,
} from "./attributes.ts";

/** Stands for every leaf of the body. */
export const WHOLE_BODY = "*";

/**
 * Who acted and from where, who was acted on, and what people and programs wrote in their own words: a
 * Collector that masks what looks like a secret may change it. Not what kind of actor it was and how
 * that was known: those are closed vocabularies.
 */
export const PERSONAL_ATTRIBUTES: readonly string[] = [
  ATTR_ACTOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_AUTHENTICATION_ERROR,
  ATTR_TARGET_ID,
  ATTR_REASON,
  ATTR_AUTHORIZATION_BY,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_CLIENT_ADDRESS,
  ATTR_SOURCE_ID,
  ATTR_USER_AGENT_ORIGINAL,
  ATTR_SNAPSHOT_ID,
];

/** Of an action that does not say otherwise. */
export const DEFAULT_REDACTABLE: readonly string[] = [WHOLE_BODY, ...PERSONAL_ATTRIBUTES];
