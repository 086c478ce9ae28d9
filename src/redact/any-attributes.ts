/** Redacts attributes as OpenTelemetry allows them: any value, not only flat ones. */
import {
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  normaliseValue,
  type RecordAttributes,
} from "../event/index.ts";
import type { Redactor } from "./redactor.ts";

/** Attributes by kind: what a record may hold, and the rest as plain maps. */
export interface SortedAttributes {
  readonly flat: RecordAttributes;
  readonly nested: BodyMap;
}

/** Sorts attributes; values without a plain form are left out. */
export function sortAttributes(attributes: Readonly<Record<string, unknown>>): SortedAttributes {
  const flat: [string, AttributeValue][] = [];
  const nested: [string, BodyValue][] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (isFlat(value)) flat.push([key, value]);
    else {
      const plain = normaliseValue(value);
      if (plain !== undefined && plain !== null) nested.push([key, plain]);
    }
  }
  return { flat: Object.fromEntries(flat), nested: Object.fromEntries(nested) };
}

/** Attributes of any kind without their secrets; the same object where nothing was found. */
export function redactAttributes(
  redactor: Redactor,
  attributes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { flat, nested } = sortAttributes(attributes);
  const top = redactor.redact({ attributes: flat, body: {} });
  const below = redactor.redact({ attributes: {}, body: nested });
  if (top.attributes === flat && below.body === nested) return attributes;
  const redacted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(attributes)) {
    // What has no plain form is in neither, and stays.
    if (!Object.hasOwn(flat, key) && !Object.hasOwn(nested, key)) redacted[key] = value;
  }
  return Object.assign(redacted, top.attributes, below.body);
}

function isFlat(value: unknown): value is AttributeValue {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
