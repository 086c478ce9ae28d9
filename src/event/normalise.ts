/**
 * Makes any value plain JSON, because the OpenTelemetry SDK would drop or round the rest in silence.
 *
 * BigInt and integers beyond 2^53 become text, dates ISO 8601, bytes base64, maps and sets plain,
 * class instances what their `toJSON` or `toObject` gives. What has no plain form is marked in
 * brackets. Long lists of ids keep their first ones, their number and a digest. Never throws and
 * always ends: cycles, depth and size are bounded.
 */
import { messageOf } from "../lib/errors.ts";
import { KEPT_ATTRIBUTES, KEPT_BODY_KEY_PREFIX } from "./attributes.ts";
import { addManyIds, isIdListName, manyIds, MAX_LISTED_IDS } from "./id-lists.ts";
import {
  cutLongText,
  MAX_ALL_TEXT_UNITS,
  MAX_KEY_UNITS,
  MAX_TEXT_UNITS,
  MIN_TEXT_UNITS,
} from "./long-text.ts";
import { isDigits, plainLong, plainNumber, wellFormed } from "./plain-leaf.ts";
import type { BodyMap, BodyValue } from "./record.ts";

/** Deeper maps and lists are cut: no honest message is nested further, and readers recurse. */
const MAX_DEPTH = 64;
/** More values than this in one record are cut: the size limit of a record is far below. */
const MAX_VALUES = 20_000;

/** Bytes whose base64 and marker are no long text. */
const MAX_BYTES = 49_000;

/** Keys that must not reach the body as they are: kept ones would pass the Collector unmasked, `__proto__` vanishes. */
const RENAMED_KEYS: ReadonlySet<string> = new Set([...KEPT_ATTRIBUTES, "__proto__"]);

interface Walk {
  valuesLeft: number;
  textLeft: number;
  /** Whole: nothing is cut but what would not end, and lists of ids stay as they are. */
  readonly isWhole: boolean;
  /** No longer than {@link MAX_DEPTH}. */
  readonly parents: object[];
}

/** The plain form of any value; `undefined`, functions and symbols have none. */
export function normaliseValue(value: unknown): BodyValue | undefined {
  // Most values are short texts: they need no walk.
  if (typeof value === "string" && value.length <= MAX_TEXT_UNITS) return wellFormed(value);
  return plain(value, 0, {
    valuesLeft: MAX_VALUES,
    textLeft: MAX_ALL_TEXT_UNITS,
    isWhole: false,
    parents: [],
  });
}

/** The same for what is compared, not recorded: up to `maxValues` values, with whole texts and lists. */
export function normaliseWhole(value: unknown, maxValues: number): BodyValue | undefined {
  return plain(value, 0, {
    valuesLeft: maxValues,
    textLeft: Infinity,
    isWhole: true,
    parents: [],
  });
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
      return plainText(value, walk);
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

function plainText(text: string, walk: Walk): string {
  const maxUnits = walk.isWhole
    ? Infinity
    : Math.max(MIN_TEXT_UNITS, Math.min(MAX_TEXT_UNITS, walk.textLeft));
  walk.textLeft -= Math.min(text.length, maxUnits);
  return wellFormed(text.length <= maxUnits ? text : cutLongText(text, maxUnits));
}

/** Bytes as base64; of many only those that the text would keep are encoded. */
function plainBytes(bytes: Buffer, walk: Walk): string {
  const maxBytes = walk.isWhole ? bytes.length : MAX_BYTES;
  const marker =
    bytes.length <= maxBytes ? "" : `[cut: the first ${maxBytes} of ${bytes.length} bytes]`;
  return plainText(`${marker}${bytes.subarray(0, maxBytes).toString("base64")}`, walk);
}

function plainObject(value: object, depth: number, walk: Walk): BodyValue | undefined {
  if (walk.parents.includes(value)) return "[cycle]";
  if (depth >= MAX_DEPTH) return `[cut: deeper than ${MAX_DEPTH} levels]`;
  if (--walk.valuesLeft < 0) return `[cut: more than ${MAX_VALUES} values]`;
  walk.parents.push(value);
  try {
    return plainForm(value, depth, walk);
  } catch (error) {
    return `[unreadable: ${messageOf(error)}]`;
  } finally {
    walk.parents.pop();
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
    return plainBytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength), walk);
  }
  if (value instanceof ArrayBuffer) return plainBytes(Buffer.from(value), walk);
  if (value instanceof Map) return plainEntries(value.entries(), depth, walk);
  if (value instanceof Set) return plainList([...value], depth, walk);
  const own = value as { toJSON?: unknown; toObject?: unknown; __isLong__?: unknown };
  // The digits are checked: a message must not hide its fields behind a field of that name.
  if (own.__isLong__ === true) {
    const digits = (value as { toString: () => string }).toString();
    if (isDigits(digits)) return plainLong(digits);
  }
  if (typeof own.toJSON === "function") return plain(own.toJSON(), depth + 1, walk);
  if (typeof own.toObject === "function") return plain(own.toObject(), depth + 1, walk);
  return plainEntries(Object.entries(value), depth, walk);
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
  let derived: ReadonlySet<string> | undefined;
  let clashes: Map<string, number> | undefined;
  for (const [key, item] of entries) {
    if (--walk.valuesLeft < 0) {
      map["[cut]"] = `more than ${MAX_VALUES} values`;
      break;
    }
    const name = safeKey(String(key));
    // Two keys can only become one where a key was changed.
    if (name !== key) clashes ??= new Map();
    const ids = walk.isWhole || !isIdListName(name) ? undefined : manyIds(item, plainId);
    if (ids !== undefined) {
      walk.valuesLeft -= MAX_LISTED_IDS;
      const kept = ids.slice(0, MAX_LISTED_IDS).map((id) => plain(id, depth + 1, walk) ?? null);
      derived = addManyIds(map, name, { ids, kept }, derived);
      continue;
    }
    const normal = plain(item, depth + 1, walk);
    if (normal === undefined) continue;
    const free = derived?.has(name) === true ? `${KEPT_BODY_KEY_PREFIX}${name}` : name;
    map[clashes === undefined ? free : unusedName(map, free, clashes)] = normal;
  }
  return map;
}

/** The name, or the name with the first free number: the next one to try is kept, so that many doubles cost little. */
function unusedName(
  map: Readonly<Record<string, BodyValue>>,
  name: string,
  clashes: Map<string, number>,
): string {
  if (!Object.hasOwn(map, name)) return name;
  let next = clashes.get(name) ?? 2;
  while (Object.hasOwn(map, `${name} (${next})`)) next++;
  clashes.set(name, next + 1);
  return `${name} (${next})`;
}

/** An id of a list that may be long: no walk for what is a text anyway. */
function plainId(id: unknown): BodyValue {
  return typeof id === "string" ? wellFormed(id) : (normaliseWhole(id, MAX_LISTED_IDS) ?? null);
}

function safeKey(key: string): string {
  const name = wellFormed(key.length > MAX_KEY_UNITS ? cutLongText(key, MAX_KEY_UNITS) : key);
  return RENAMED_KEYS.has(name) ? `${KEPT_BODY_KEY_PREFIX}${name}` : name;
}
