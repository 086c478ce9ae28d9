/**
 * What of a record is sealed, in the one form that every store keeps.
 *
 * In: a record, as it was made or as a store gives it back. Out: keys and texts. The keys have only
 * letters, digits and `_`, because Loki keeps no others; the texts are what the Collector's
 * `AsString()` gives of the value, because stores keep no types. What a store drops or never keeps
 * (null, empty texts, empty maps) is not there.
 */
import {
  ATTR_ACTION,
  ATTR_INTEGRITY_FIELDS,
  ATTR_RECORD_ID,
  ATTR_SEQUENCE_NUMBER,
  ATTR_TIME,
  type AuditRecord,
  type BodyMap,
  type BodyValue,
} from "../event/portable.ts";
import { canonicalJson } from "../lib/canonical-json.ts";

/** An attribute or a leaf of the body, as it goes into the leaf of the record. */
export interface SealedField {
  /** Unique within the record. */
  readonly key: string;
  /** Never empty. */
  readonly text: string;
  /** Name of the attribute, or path of the body leaf joined by dots. */
  readonly name: string;
  readonly isBody: boolean;
}

/** Attributes that begin like this are sealed; all others, and the resource, are not. */
export const SEALED_PREFIXES: readonly string[] = [
  "audit.",
  "rpc.",
  "client.",
  "error.",
  "exception.",
  "user_agent.",
];

/** Put before the key of a body leaf that would look like one of those attributes. */
const BODY_PREFIX = "body_";

/** Stand at the head of the leaf, or hold the seal itself. */
const NOT_AMONG_FIELDS: ReadonlySet<string> = new Set([
  ATTR_RECORD_ID,
  ATTR_SEQUENCE_NUMBER,
  ATTR_TIME,
  ATTR_ACTION,
  ATTR_INTEGRITY_FIELDS,
]);
const KEY_PREFIXES: readonly string[] = SEALED_PREFIXES.map(keyOf);

/** Names come again and again; those of bodies are anybody's, so that there is an end to them. */
const MAX_REMEMBERED = 4096;
const attributeKeys = new Map<string, string | null>();
const bodyKeys = new Map<string, string>();

/** Every sealed field of a record, by key in ascending order of its ASCII characters. */
export function sealedFieldsOf(record: Pick<AuditRecord, "attributes" | "body">): SealedField[] {
  const fields: SealedField[] = [];
  const { attributes, body } = record;
  for (const name in attributes) {
    const key = attributeKeyOf(name);
    if (key === null) continue;
    const text = textOf(attributes[name]);
    if (text !== "") fields.push({ key, text, name, isBody: false });
  }
  for (const name in body) addBody(fields, name, body[name]);
  return fields.toSorted(byKey);
}

/** Letters, digits and `_`: one `_` for each other character (code point), and for no character at all. */
export function keyOf(name: string): string {
  return name === "" ? "_" : name.replace(/[^A-Za-z0-9_]/gu, "_");
}

/** What a value looks like where types are lost: "" for what is taken for absent. */
export function textOf(value: BodyValue | undefined): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "" : canonicalJson(value);
    default:
      return "";
  }
}

/** Whether a value of a body has leaves below it; a list is a leaf. */
export function isBodyMap(value: BodyValue | undefined): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The key of an attribute; null: it is not sealed, or no field. */
export function attributeKeyOf(name: string): string | null {
  const known = attributeKeys.get(name);
  if (known !== undefined) return known;
  const key = keyOf(name);
  const isSealed =
    KEY_PREFIXES.some((prefix) => key.startsWith(prefix)) && !NOT_AMONG_FIELDS.has(name);
  return remember(attributeKeys, name, isSealed ? key : null);
}

/** The key of a body leaf. */
export function bodyKeyOf(path: string): string {
  const known = bodyKeys.get(path);
  if (known !== undefined) return known;
  const key = keyOf(path);
  const isMistakable = KEY_PREFIXES.some((prefix) => key.startsWith(prefix));
  return remember(bodyKeys, path, isMistakable ? `${BODY_PREFIX}${key}` : key);
}

function remember<Value>(keys: Map<string, Value>, name: string, value: Value): Value {
  if (keys.size >= MAX_REMEMBERED) keys.clear();
  keys.set(name, value);
  return value;
}

function addBody(fields: SealedField[], path: string, value: BodyValue | undefined): void {
  if (isBodyMap(value)) {
    for (const name in value) addBody(fields, `${path}.${name}`, value[name]);
    return;
  }
  const text = textOf(value);
  if (text !== "") fields.push({ key: bodyKeyOf(path), text, name: path, isBody: true });
}

function byKey(left: SealedField, right: SealedField): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}
