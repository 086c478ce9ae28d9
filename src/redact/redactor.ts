/**
 * Takes secrets and personal numbers out of records.
 *
 * In: attributes, a body, a text. Out: the same without them, and the names of the rules that hit.
 * Promise: pure; what needed no change comes back as the same object; never throws; any depth.
 */
import { createHash } from "node:crypto";
import {
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  KEPT_ATTRIBUTES,
  KEY_RULE_EXEMPT,
  type RecordAttributes,
} from "../event/index.ts";
import { redactTree } from "./body-walk.ts";
import { DETECTORS } from "./detectors.ts";
import { KEY_RULES, ruleOfKey } from "./key-names.ts";
import { MASK } from "./mask.ts";
import { isCardNumber, scanText } from "./scan.ts";

/** The parts of a record that can hold secrets. */
export interface Redactable {
  readonly attributes: RecordAttributes;
  readonly body: BodyMap;
}

/** A record after redaction. */
export interface Redacted extends Redactable {
  /** Names of the rules that changed something, sorted, each once. */
  readonly rules: readonly string[];
}

/** Masks what the built-in rules find. */
export interface Redactor {
  /** SHA-256 (base64url) of all patterns: records say by which rules they were redacted. */
  readonly digest: string;
  /** Masks a record; kept attributes stay as they are. */
  readonly redact: (record: Redactable) => Redacted;
  /** Masks a text. */
  readonly redactText: (text: string) => string;
  /** Masks plain JSON at every depth. */
  readonly redactValue: (value: BodyValue) => BodyValue;
}

const KEPT: ReadonlySet<string> = new Set(KEPT_ATTRIBUTES);
const EXEMPT: ReadonlySet<string> = new Set(KEY_RULE_EXEMPT);

/** A redactor with the built-in rules: everything found is replaced by `****`. */
export function createRedactor(): Redactor {
  return {
    digest: createHash("sha256")
      .update(JSON.stringify([KEY_RULES, DETECTORS, MASK]))
      .digest("base64url"),
    redact: ({ attributes, body }) => {
      const rules = new Set<string>();
      const redactedAttributes = redactFlat(attributes, rules);
      const redactedBody = redactTree(body, rules);
      return {
        attributes: redactedAttributes,
        body: isMap(redactedBody) ? redactedBody : body,
        rules: [...rules].toSorted(),
      };
    },
    redactText: (text) => scanText(text).text,
    redactValue: (value) => redactTree(value, new Set()),
  };
}

function isMap(value: BodyValue): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function redactFlat(attributes: RecordAttributes, rules: Set<string>): RecordAttributes {
  let changed: Record<string, AttributeValue> | undefined;
  for (const [key, value] of Object.entries(attributes)) {
    if (KEPT.has(key)) continue;
    const redacted = redactAttribute(key, value, rules);
    if (redacted === value) continue;
    changed ??= { ...attributes };
    changed[key] = redacted;
  }
  return changed ?? attributes;
}

function redactAttribute(key: string, value: AttributeValue, rules: Set<string>): AttributeValue {
  if (typeof value === "boolean" || value === "") return value;
  const rule = EXEMPT.has(key) ? undefined : ruleOfKey(key);
  if (rule !== undefined) {
    if (value === MASK) return value;
    rules.add(rule);
    return MASK;
  }
  if (typeof value === "object") return redactList(value, rules);
  return redactScalar(value, rules);
}

function redactList(list: readonly string[], rules: Set<string>): AttributeValue {
  const redacted = redactTree(list, rules);
  return Array.isArray(redacted) && redacted !== list ? redacted.map(String) : list;
}

function redactScalar(value: string | number, rules: Set<string>): string | number {
  if (typeof value === "number") {
    if (!isCardNumber(value)) return value;
    rules.add("payment_card");
    return MASK;
  }
  const { text, rules: hit } = scanText(value);
  for (const rule of hit) rules.add(rule);
  return text;
}
