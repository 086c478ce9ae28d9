/** OTLP's `AnyValue` and `KeyValue` in JSON (opentelemetry-proto, `common.proto`), as plain values. */
import type { AttributeValue, BodyMap, BodyValue } from "../../event/portable.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { shown } from "../../lib/shown.ts";
import { isSameDecimal } from "../json-doubts.ts";
import { type KnownNames, knownNames } from "../other-names.ts";
import { isMap } from "../../lib/is-map.ts";
import { itemsOf, setOwn } from "../plain-json.ts";

/** What is noticed while values are made plain. */
export interface AnyValueNotes {
  readonly doubts: string[];
  /** Levels that are left; below 0: the values are nested too deep, and are not whole. */
  deepest: number;
}

/** The plain form of a value. Bytes are base64 text, integers that a number cannot hold are text. */
export function plainValue(value: unknown, notes: AnyValueNotes, levels: number): BodyValue {
  if (levels < notes.deepest) notes.deepest = levels;
  if (!isMap(value) || levels < 0) return null;
  let plain: BodyValue = null;
  let kinds = 0;
  for (const kind in value) {
    const read = READERS[kind];
    if (read === undefined) {
      noteWriting(KINDS, { [kind]: null }, notes);
      continue;
    }
    if (++kinds > 1) notes.doubts.push(`a value is of two types, the last of them ${kind}`);
    plain = read(value[kind], notes, levels);
  }
  return plain;
}

/** Parsers take both names of a field, that of JSON and that of the schema (protobuf, "ProtoJSON Format"). */
function noteWriting(
  names: KnownNames,
  map: Readonly<Record<string, unknown>>,
  notes: AnyValueNotes,
): void {
  if (notes.doubts.length < MAX_DOUBTS) notes.doubts.push(...names.doubts(map));
}

type Reader = (value: unknown, notes: AnyValueNotes, levels: number) => BodyValue;

const READERS: Readonly<Record<string, Reader | undefined>> = Object.assign(
  // `constructor` is no kind of value.
  Object.create(null) as Record<string, Reader>,
  {
    stringValue: scalar,
    boolValue: scalar,
    bytesValue: scalar,
    intValue: integer,
    doubleValue: double,
    arrayValue: (value, notes, levels) => {
      if (!isMap(value)) return null;
      const left = within(levels, notes);
      return valuesOf(value, notes).map((item) => plainValue(item, notes, left));
    },
    kvlistValue: (value, notes, levels) =>
      isMap(value) ? plainMap(valuesOf(value, notes), notes, within(levels, notes)) : null,
  } satisfies Record<string, Reader>,
);

/** More of them say nothing more. */
const MAX_DOUBTS = 64;
const KINDS = knownNames(Object.keys(READERS));
const PAIR = knownNames(["key", "value"]);
const VALUES = knownNames(["values"]);

/** The levels that are left within a list or map, also where that is empty. */
function within(levels: number, notes: AnyValueNotes): number {
  const left = levels - 1;
  if (left < notes.deepest) notes.deepest = left;
  return left;
}

function scalar(value: unknown): BodyValue {
  return typeof value === "string" || typeof value === "boolean" || typeof value === "number"
    ? value
    : null;
}

function valuesOf(
  list: Readonly<Record<string, unknown>>,
  notes: AnyValueNotes,
): readonly unknown[] {
  noteWriting(VALUES, list, notes);
  return itemsOf(list["values"]);
}

function integer(value: unknown): BodyValue {
  if (typeof value !== "string") return scalar(value);
  const number = Number(value);
  return Number.isSafeInteger(number) && String(number) === value ? number : value;
}

/**
 * A text is a number only where it is exactly that one. `NaN`, `Infinity` and `-Infinity` stay texts: plain
 * JSON has no numbers for them.
 */
function double(value: unknown): BodyValue {
  if (typeof value !== "string") return scalar(value);
  const number = Number(value);
  return Number.isFinite(number) && isSameDecimal(value, String(number)) ? number : value;
}

/** A list of pairs as a map; of two with one name, the last counts. */
function plainMap(pairs: unknown, notes: AnyValueNotes, levels: number): BodyMap {
  const map: Record<string, BodyValue> = {};
  for (const pair of itemsOf(pairs)) {
    if (!isMap(pair)) continue;
    const name = nameOf(pair, map, notes);
    setOwn(map, name, plainValue(pair["value"], notes, levels));
  }
  return map;
}

/** The same as attributes: an empty value is none, and what is neither scalar nor a list of texts is JSON. */
export function plainAttributes(
  pairs: unknown,
  notes: AnyValueNotes,
  levels: number,
): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const pair of itemsOf(pairs)) {
    if (!isMap(pair)) continue;
    const name = nameOf(pair, attributes, notes);
    const value = plainValue(pair["value"], notes, levels);
    if (value !== null) setOwn(attributes, name, attributeOf(value, notes));
  }
  return attributes;
}

function attributeOf(value: Exclude<BodyValue, null>, notes: AnyValueNotes): AttributeValue {
  if (typeof value !== "object") return value;
  if (isTexts(value)) return value;
  return notes.deepest < 0 ? "" : canonicalJson(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function nameOf(
  pair: Readonly<Record<string, unknown>>,
  map: Readonly<Record<string, unknown>>,
  notes: AnyValueNotes,
): string {
  noteWriting(PAIR, pair, notes);
  const name = typeof pair["key"] === "string" ? pair["key"] : "";
  if (Object.hasOwn(map, name)) notes.doubts.push(`${shown(name)} is given twice`);
  return name;
}
