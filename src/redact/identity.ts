/** Who acted, and from where: exempt from detectors, with one switch of its own. */
import {
  ANONYMOUS,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ID,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
  type AttributeValue,
  type RecordAttributes,
} from "../event/index.ts";
import { MASK } from "./mask.ts";
import type { IdentityAction } from "./policy-schema.ts";
import type { Pseudonyms } from "./pseudonym.ts";

/** A person has one pseudonym, whether as actor or as the one somebody acts for; addresses have their own. */
const FIELDS: Readonly<Record<string, string>> = {
  [ATTR_ACTOR_ID]: "audit.actor",
  [ATTR_ACTOR_DELEGATOR_ID]: "audit.actor",
  [ATTR_CLIENT_ADDRESS]: "client.address",
  [ATTR_SOURCE_ID]: "client.address",
};

/** Whether `audit.source.id` is the address of a caller: identity then, and no text to be searched. */
export function isAddressSource(attributes: RecordAttributes): boolean {
  return attributes[ATTR_SOURCE_TYPE] === "ip";
}

/**
 * The attributes with identity as the policy wants it.
 *
 * @param isAddress whether `audit.source.id` is an address, as the record said before any rule.
 */
export function hideIdentity(
  attributes: RecordAttributes,
  isAddress: boolean,
  action: Exclude<IdentityAction, "clear">,
  pseudonyms: Pseudonyms | undefined,
): RecordAttributes {
  const hidden: Record<string, AttributeValue> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const field = fieldOf(key, isAddress);
    if (field === undefined || value === ANONYMOUS) hidden[key] = value;
    else if (action === "pseudonym") hidden[key] = pseudonyms?.of(field, String(value)) ?? MASK;
    // A record without an actor would be no record: that there was one stays.
    else if (key === ATTR_ACTOR_ID) hidden[key] = MASK;
  }
  // A port and an address tell who it was; a port alone does not, but nobody needs it.
  delete hidden[ATTR_CLIENT_PORT];
  return hidden;
}

function fieldOf(key: string, isAddress: boolean): string | undefined {
  // Sources that a program named are no addresses of people.
  if (key === ATTR_SOURCE_ID && !isAddress) return undefined;
  return FIELDS[key];
}
