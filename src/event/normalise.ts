/**
 * Makes any value plain JSON, because the OpenTelemetry SDK would drop or round the rest in silence.
 *
 * BigInt and integers beyond 2^53 become text, dates ISO 8601, bytes base64, maps and sets plain,
 * class instances what their `toJSON` or `toObject` gives. What has no plain form is marked in
 * brackets. Never throws and always ends: cycles, depth and size are bounded.
 */
import { messageOf } from "../lib/errors.ts";
import { KEPT_ATTRIBUTES, KEPT_BODY_KEY_PREFIX } from "./attributes.ts";
import type { BodyMap, BodyValue } from "./record.ts";

/** Deeper maps and lists are cut: no honest message is nested further, and readers recurse. */
const MAX_DEPTH = 64;
/** More values than this in one record are cut: the size limit of a record is far below. */
const MAX_VALUES = 20_000;

/** Keys that must not reach the body as they are: kept ones would pass the Collector unmasked, `__proto__` vanishes. */
const RENAMED_KEYS: ReadonlySet<string> = new Set([...KEPT_ATTRIBUTES, "__proto__"]);

interface Walk {
  valuesLeft: number;
  readonly parents: Set<object>;
}

/** The plain form of any value; `undefined`, functions and symbols have none. */
export function normaliseValue(value: unknown): BodyValue | undefined {
  return plain(value, 0, { valuesLeft: MAX_VALUES, parents: new Set() });
}

/** The plain form of a map. A value that is no map becomes `{ value: … }`; nothing becomes an empty map. */
export function normaliseMap(value: unknown): BodyMap {
  const normal = normaliseValue(value);
  if (normal === undefined || normal === null) return {};
  return typeof normal === "object" && !Array.isArray(normal)
    ? (normal as BodyMap)
    : { value: normal };
}

/** Attribute text: well-formed Unicode, or undefined when there is none. */
export function normaliseText(value: unknown): string | undefined {
  const normal = normaliseValue(value);
  if (normal === undefined || normal === null) return undefined;
  const text = typeof normal === "object" ? JSON.stringify(normal) : String(normal);
  return text === "" ? undefined : text;
}

function plain(value: unknown, depth: number, walk: Walk): BodyValue | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? value : value.toWellFormed();
    case "number":
      return plainNumber(value);
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : plainObject(value, depth, walk);
    default:
      return undefined;
  }
}

/** From here on JavaScript itself writes an exponent. */
const EXPONENT_FROM = 1e21;

function plainNumber(value: number): BodyValue {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    // String(2 ** 60) ends in 000: BigInt gives every digit.
    return Math.abs(value) < EXPONENT_FROM ? BigInt(value).toString() : String(value);
  }
  return value === 0 ? 0 : value;
}

function plainObject(value: object, depth: number, walk: Walk): BodyValue | undefined {
  if (walk.parents.has(value)) return "[cycle]";
  if (depth >= MAX_DEPTH) return `[cut: deeper than ${MAX_DEPTH} levels]`;
  if (--walk.valuesLeft < 0) return `[cut: more than ${MAX_VALUES} values]`;
  walk.parents.add(value);
  try {
    return plainForm(value, depth, walk);
  } catch (error) {
    return `[unreadable: ${messageOf(error)}]`;
  } finally {
    walk.parents.delete(value);
  }
}

function plainForm(value: object, depth: number, walk: Walk): BodyValue | undefined {
  if (Array.isArray(value)) return plainList(value, depth, walk);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Error) {
    return plainEntries(
      [
        ["type", value.name],
        ["message", value.message],
      ],
      depth,
      walk,
    );
  }
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (value instanceof Map) return plainEntries(value.entries(), depth, walk);
  if (value instanceof Set) return plainList([...value], depth, walk);
  const own = value as { toJSON?: unknown; toObject?: unknown; __isLong__?: unknown };
  // The digits are checked: a message must not hide its fields behind a field of that name.
  if (own.__isLong__ === true) {
    const digits = (value as { toString: () => string }).toString();
    if (DIGITS.test(digits)) return plainLong(digits);
  }
  if (typeof own.toJSON === "function") return plain(own.toJSON(), depth + 1, walk);
  if (typeof own.toObject === "function") return plain(own.toObject(), depth + 1, walk);
  return plainEntries(Object.entries(value), depth, walk);
}

const DIGITS = /^-?\d+$/;

/** A 64-bit integer of the `long` package, which protobuf libraries give: a number where it is exact. */
function plainLong(digits: string): BodyValue {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}

function plainList(list: readonly unknown[], depth: number, walk: Walk): BodyValue {
  const plainItems: BodyValue[] = [];
  for (const item of list) {
    if (--walk.valuesLeft < 0) {
      plainItems.push(`[cut: ${list.length - plainItems.length} of ${list.length} items]`);
      break;
    }
    plainItems.push(plain(item, depth + 1, walk) ?? null);
  }
  return plainItems;
}

function plainEntries(
  entries: Iterable<readonly [unknown, unknown]>,
  depth: number,
  walk: Walk,
): BodyMap {
  const map: Record<string, BodyValue> = {};
  for (const [key, item] of entries) {
    if (--walk.valuesLeft < 0) {
      map["[cut]"] = `more than ${MAX_VALUES} values`;
      break;
    }
    const normal = plain(item, depth + 1, walk);
    if (normal !== undefined) map[safeKey(String(key))] = normal;
  }
  return map;
}

function safeKey(key: string): string {
  const wellFormed = key.isWellFormed() ? key : key.toWellFormed();
  return RENAMED_KEYS.has(wellFormed) ? `${KEPT_BODY_KEY_PREFIX}${wellFormed}` : wellFormed;
}
