/** Everybody and every place that one record names in a field, an attribute or a detail. */
import {
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_AUTHORIZATION_BY,
  ATTR_CLIENT_ADDRESS,
  ATTR_SOURCE_ID,
  ATTR_USER_AGENT_ORIGINAL,
  type AttributeValue,
  type BodyMap,
  type BodyValue,
} from "../../../event/index.ts";
import type { FlatRecord } from "../../../format/index.ts";
import type { NamedId } from "./renaming.ts";
import { type NamingKey, namingKeyOf } from "./naming-keys.ts";
import { ADDRESS, CLIENT, nounOf, PERSON } from "../nouns.ts";
import { STRUCTURE } from "../structure.ts";

/** Keys in the map that tells of somebody: what they hold names one, they do not. */
const OF_SOMEBODY: ReadonlySet<string> = new Set([
  "id",
  "ids",
  "uid",
  "name",
  "names",
  "login",
  "email",
  "handle",
]);
/** Keys that say something of somebody, and name no one. */
const ABOUT_SOMEBODY: ReadonlySet<string> = new Set([
  "active",
  "after",
  "before",
  "added",
  "count",
  "group",
  "kind",
  "removed",
  "role",
  "roles",
  "since",
  "state",
  "status",
  "team",
  "time",
  "total",
  "type",
]);

/** The actor first; an id may be empty, or named again. */
export function namedIn({ attributes, details, ...record }: FlatRecord): readonly NamedId[] {
  const { actor_id: actor, actor_type: type = "", target_type: kind = "" } = record;
  const target = namingKeyOf(kind);
  const found: NamedId[] = [];
  const add = (id: AttributeValue | undefined, noun: string): void => {
    if (typeof id === "string") found.push({ id, noun });
  };
  add(actor, nounOf(type));
  add(attributes[ATTR_ACTOR_DELEGATOR_ID], PERSON);
  add(attributes[ATTR_AUTHORIZATION_BY], PERSON);
  if (target !== undefined) add(record.target_id, target.noun);
  for (const [key, value] of Object.entries(attributes)) {
    const naming = STRUCTURE.has(key) ? undefined : namingKeyOf(key);
    if (naming !== undefined) namesUnder(value, naming, found);
  }
  namingDetails(details, found);
  add(record.source ?? attributes[ATTR_SOURCE_ID], ADDRESS);
  add(attributes[ATTR_CLIENT_ADDRESS], ADDRESS);
  add(attributes[ATTR_USER_AGENT_ORIGINAL], CLIENT);
  add(record.service, nounOf("service"));
  return found;
}

function namingDetails(value: BodyValue | undefined, found: NamedId[]): void {
  if (Array.isArray(value)) {
    for (const item of value) namingDetails(item as BodyValue, found);
    return;
  }
  if (!isMap(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const naming = namingKeyOf(key);
    if (naming === undefined) namingDetails(item, found);
    else namesUnder(item, naming, found);
  }
}

/** Names in a text, a number, a list or a map that a key says is somebody. */
function namesUnder(value: BodyValue, naming: NamingKey, found: NamedId[], isListed = false): void {
  if (typeof value === "string") found.push({ id: value, noun: naming.noun });
  else if (typeof value === "number") {
    if (!naming.isPlural || isListed)
      found.push({ id: String(value), noun: naming.noun, isNumber: true });
  } else if (Array.isArray(value)) {
    for (const item of value) namesUnder(item as BodyValue, naming, found, true);
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      const own = key.toLowerCase();
      const inner = namingKeyOf(key);
      if (OF_SOMEBODY.has(own)) namesUnder(item, naming, found, true);
      else if (inner !== undefined) namesUnder(item, inner, found);
      else {
        if (naming.isPlural && !ABOUT_SOMEBODY.has(own)) found.push({ id: key, noun: naming.noun });
        // Lists of those who came, and who went.
        if (own === "added" || own === "removed" || own === "before" || own === "after")
          namesUnder(item, naming, found);
        else namingDetails(item, found);
      }
    }
  }
}

function isMap(value: BodyValue | undefined): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
