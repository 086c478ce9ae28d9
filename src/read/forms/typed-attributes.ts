/** Attributes of stores that keep nothing but texts: their names and types again. */
import {
  ATTR_ACTION_VERSION,
  ATTR_ACTOR_ROLE_PERMITTED,
  ATTR_CALL_DURATION,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_CLIENT_PORT,
  ATTR_COUNT,
  ATTR_IMPORT_LINE,
  ATTR_REDACTION_RULES,
  ATTR_REQUEST_BYTES,
  ATTR_REQUEST_COUNT,
  ATTR_RESPONSE_BYTES,
  ATTR_RESPONSE_COUNT,
  ATTR_SEQUENCE_NUMBER,
  type AttributeValue,
  KNOWN_ATTRIBUTES,
} from "../../event/portable.ts";
import { keyOf } from "../../seal/portable.ts";
import { tryParse } from "../plain-json.ts";

const NUMBERS: ReadonlySet<string> = new Set([
  ATTR_ACTION_VERSION,
  ATTR_CALL_DURATION,
  ATTR_CLIENT_PORT,
  ATTR_COUNT,
  ATTR_IMPORT_LINE,
  ATTR_REQUEST_BYTES,
  ATTR_REQUEST_COUNT,
  ATTR_RESPONSE_BYTES,
  ATTR_RESPONSE_COUNT,
  ATTR_SEQUENCE_NUMBER,
]);
const LISTS: ReadonlySet<string> = new Set([
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_REDACTION_RULES,
]);
const NAMES: ReadonlyMap<string, string> = new Map(
  KNOWN_ATTRIBUTES.map((name) => [keyOf(name), name]),
);

/** The value of an attribute; its text where that is not what such a value is written like. */
export function typedAttribute(name: string, text: string): AttributeValue {
  if (NUMBERS.has(name))
    return String(Number(text)) === text && text !== "NaN" ? Number(text) : text;
  if (name === ATTR_ACTOR_ROLE_PERMITTED) return text === "true" || (text !== "false" && text);
  return LISTS.has(name) ? (textsOf(text) ?? text) : text;
}

function textsOf(text: string): readonly string[] | undefined {
  const value = tryParse(text);
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  return items.every((item): item is string => typeof item === "string") ? items : undefined;
}

/** The name of an attribute of which a store kept only letters, digits and `_`; that name where it is none of ours. */
export function attributeNameOf(key: string): string {
  return NAMES.get(key) ?? key;
}

/** Whether that is an attribute that otel-audit writes. */
export function isKnownAttribute(name: string): boolean {
  return NAMES.get(keyOf(name)) === name;
}
