/**
 * Caps the size of records, after redaction, so that no caller can fill the disk with one call.
 *
 * In: a redacted record. Out: the same record where it is small; otherwise with the largest values
 * cut to their first part and a marker that says how much there was and what its digest is.
 * Promise: pure, never throws, any depth; what needed no cut comes back as the same object.
 */
import type { AttributeValue, BodyMap, BodyValue, RecordAttributes } from "../event/index.ts";
import { cutMarker, limitText, MAX_BYTES_PER_UNIT, MAX_VALUE_BYTES } from "./cut.ts";
import { fitMap } from "./fit.ts";
import { isContainer, isList, jsonSize } from "./json-text.ts";

/** UTF-8 bytes of attributes and body as JSON: 1000 of them still fit one OTLP request of 64 MiB. */
export const MAX_RECORD_BYTES = 65_536;

/** Upper bound of what JSON adds to a key and a value: quotes, colon, comma, escapes of the quotes. */
const PAIR_OVERHEAD = 8;
/** A number in JSON is at most this long. */
const NUMBER_BYTES = 25;

/** The parts of a record that are capped. */
export interface Limitable {
  readonly attributes: RecordAttributes;
  readonly body: BodyMap;
}

/** The record within {@link MAX_VALUE_BYTES} a value and {@link MAX_RECORD_BYTES} in all. */
export function limitRecord(record: Limitable): Limitable {
  if (isSmall(record.attributes) && isSmall(record.body)) return record;
  const attributes = withShortValues(record.attributes);
  const body = withShortTexts(record.body);
  const attributeBytes = jsonSize(attributes);
  if (attributeBytes + jsonSize(body) <= MAX_RECORD_BYTES) return { attributes, body };
  const fitted = fitAttributes(attributes, MAX_RECORD_BYTES / 2);
  return { attributes: fitted, body: fitMap(body, MAX_RECORD_BYTES - jsonSize(fitted)) };
}

/** Whether no limit can be hit, by an upper bound that costs little; half the record, so that two of them fit. */
function isSmall(root: BodyValue): boolean {
  let bytes = 0;
  const open: BodyValue[] = [root];
  while (open.length > 0) {
    const value = open.pop() ?? null;
    if (typeof value === "string") {
      const size = value.length * MAX_BYTES_PER_UNIT;
      if (size > MAX_VALUE_BYTES) return false;
      bytes += size + PAIR_OVERHEAD;
    } else if (!isContainer(value)) {
      bytes += NUMBER_BYTES;
    } else if (isList(value)) {
      for (const item of value) open.push(item);
    } else {
      for (const key in value) {
        bytes += key.length * MAX_BYTES_PER_UNIT + PAIR_OVERHEAD;
        open.push(value[key] ?? null);
      }
    }
    if (bytes > MAX_RECORD_BYTES / 2) return false;
  }
  return true;
}

function withShortValues(attributes: RecordAttributes): RecordAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, shortValue(value, MAX_VALUE_BYTES)]),
  );
}

function shortValue(value: AttributeValue, maxBytes: number): AttributeValue {
  if (typeof value === "string") return limitText(value, maxBytes);
  if (typeof value !== "object") return value;
  return value.map((item) => (typeof item === "string" ? limitText(item, maxBytes) : item));
}

/** Every text of a tree, and every key, within {@link MAX_VALUE_BYTES}; without recursion. */
function withShortTexts(root: BodyMap): BodyMap {
  const copy: Record<string, BodyValue> = {};
  const open: {
    from: BodyMap | readonly BodyValue[];
    to: Record<string, BodyValue> | BodyValue[];
  }[] = [{ from: root, to: copy }];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    for (const [key, value] of Object.entries(pair.from)) {
      let short: BodyValue = typeof value === "string" ? limitText(value) : value;
      if (isContainer(value)) {
        const to: Record<string, BodyValue> | BodyValue[] = isList(value) ? [] : {};
        open.push({ from: value, to });
        short = to;
      }
      if (Array.isArray(pair.to)) pair.to.push(short);
      else setOwn(pair.to, limitText(key), short);
    }
  }
  return copy;
}

/** Sets a key whatever it is called, `__proto__` too. */
function setOwn(map: Record<string, BodyValue>, key: string, value: BodyValue): void {
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Attributes within a size: all texts are held to the same, ever smaller length; lists keep their first items. */
function fitAttributes(attributes: RecordAttributes, maxBytes: number): RecordAttributes {
  let fitted = attributes;
  for (let limit = MAX_VALUE_BYTES; jsonSize(fitted) > maxBytes && limit >= 128; limit /= 2) {
    fitted = Object.fromEntries(
      Object.entries(fitted).map(([key, value]) => [key, fittedValue(value, limit)]),
    );
  }
  return fitted;
}

function fittedValue(value: AttributeValue, maxBytes: number): AttributeValue {
  if (typeof value === "string") return limitText(value, maxBytes);
  if (typeof value !== "object" || jsonSize(value) <= maxBytes) return value;
  const kept: string[] = [];
  let bytes = 0;
  for (const item of value) {
    bytes += jsonSize(item) + 1;
    if (bytes > maxBytes) break;
    kept.push(item);
  }
  kept.push(
    cutMarker(`${value.length - kept.length} of ${value.length} items`, JSON.stringify(value)),
  );
  return kept;
}
