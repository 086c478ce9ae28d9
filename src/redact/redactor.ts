/**
 * Takes secrets and personal numbers out of records.
 *
 * In: attributes, a body, a text. Out: the same without them, and the names of the rules that hit.
 * Promise: pure; what needed no change comes back as the same object; never throws; any depth.
 */
import { createHash } from "node:crypto";
import {
  ATTR_ACTION,
  ATTR_SOURCE_ID,
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  KEPT_ATTRIBUTES,
  KEY_RULE_EXEMPT,
  type RecordAttributes,
} from "../event/index.ts";
import { redactTree, type Walk } from "./body-walk.ts";
import { DETECTORS } from "./detectors.ts";
import { hideIdentity, isAddressSource } from "./identity.ts";
import { KEY_RULES } from "./key-names.ts";
import { MASK } from "./mask.ts";
import type { IdentityAction } from "./policy-schema.ts";
import type { Pseudonyms } from "./pseudonym.ts";
import { DEFAULT_RULES, type RuleSet } from "./rules.ts";
import { isOfPolicy } from "./verdict.ts";

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

/** Takes out what the built-in rules and those of a policy find. */
export interface Redactor {
  /** SHA-256 (base64url) of all patterns and the policy: records say by which rules they were redacted. */
  readonly digest: string;
  /** Redacts a record; kept attributes stay as they are, identity becomes what the policy says. */
  readonly redact: (record: Redactable) => Redacted;
  /** Redacts a text. */
  readonly redactText: (text: string) => string;
  /** Redacts plain JSON at every depth; null where a policy drops all of it. */
  readonly redactValue: (value: BodyValue) => BodyValue;
}

/** A policy that is ready: rules for all records, and for those of single actions. */
export interface CompiledPolicy {
  readonly rules: RuleSet;
  readonly rulesOfAction: ReadonlyMap<string, RuleSet>;
  readonly identity: IdentityAction;
  readonly pseudonyms: Pseudonyms | undefined;
  /** Of the policy's text. */
  readonly digest: string;
}

const KEPT: ReadonlySet<string> = new Set(KEPT_ATTRIBUTES);
const EXEMPT: ReadonlySet<string> = new Set(KEY_RULE_EXEMPT);

const BUILT_IN: CompiledPolicy = {
  rules: DEFAULT_RULES,
  rulesOfAction: new Map(),
  identity: "clear",
  pseudonyms: undefined,
  digest: "",
};

/** A redactor with the built-in rules, and those of a policy. Without one, what is found is replaced by `****`. */
export function createRedactor(policy: CompiledPolicy = BUILT_IN): Redactor {
  const { identity, pseudonyms } = policy;
  return {
    digest: createHash("sha256")
      .update(JSON.stringify([KEY_RULES, DETECTORS, MASK, policy.digest]))
      .digest("base64url"),
    redact({ attributes, body }) {
      const walk = walkOf(policy, attributes[ATTR_ACTION]);
      const isAddress = isAddressSource(attributes);
      const redacted = redactFlat(attributes, walk, isAddress);
      const redactedBody = redactTree(body, walk);
      return {
        attributes:
          identity === "clear" ? redacted : hideIdentity(redacted, isAddress, identity, pseudonyms),
        body: redactedBody === undefined ? {} : isMap(redactedBody) ? redactedBody : body,
        rules: [...walk.rules].toSorted(),
      };
    },
    redactText(text) {
      const { text: redacted, isDropped } = policy.rules.scan(text, "");
      return isDropped ? MASK : redacted;
    },
    redactValue: (value) => redactTree(value, walkOf(policy, undefined)) ?? null,
  };
}

function walkOf(policy: CompiledPolicy, action: AttributeValue | undefined): Walk {
  const own = typeof action === "string" ? policy.rulesOfAction.get(action) : undefined;
  return { ruleSet: own ?? policy.rules, rules: new Set() };
}

function isMap(value: BodyValue): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function redactFlat(
  attributes: RecordAttributes,
  walk: Walk,
  isAddress: boolean,
): RecordAttributes {
  let changed: Record<string, AttributeValue> | undefined;
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined || KEPT.has(key) || (isAddress && key === ATTR_SOURCE_ID)) continue;
    const redacted = redactAttribute(key, value, walk);
    if (redacted === value) continue;
    changed ??= { ...attributes };
    if (redacted === undefined) delete changed[key];
    else changed[key] = redacted;
  }
  return changed ?? attributes;
}

/** Undefined: the policy drops it. */
function redactAttribute(
  key: string,
  value: AttributeValue,
  walk: Walk,
): AttributeValue | undefined {
  const verdict = walk.ruleSet.verdictOf(key);
  // The name of these looks like a secret's, and is none: only a policy's own word counts.
  const isMeant = verdict !== undefined && !(EXEMPT.has(key) && verdict.rule.startsWith("key:"));
  if (!isMeant) return typeof value === "boolean" ? value : flatOf(redactTree(value, walk, key));
  if (verdict.action === "keep" || value === MASK) return value;
  const isNothing = typeof value === "boolean" || value === "";
  if (isNothing && verdict.action !== "drop" && !isOfPolicy(verdict)) return value;
  walk.rules.add(verdict.rule);
  if (verdict.action === "drop") return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return walk.ruleSet.replace(verdict.action, key, text);
}

/** What is left of an attribute: a scalar, or a list of texts. */
function flatOf(value: BodyValue | undefined): AttributeValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value as readonly string[];
  return typeof value === "object" ? undefined : value;
}
