/**
 * Values in words, for one line that a person reads.
 *
 * Promise: no line break, no control character, nothing that reorders text; bounded in length,
 * depth and work, whatever the value.
 */
import { counted } from "../lib/counted.ts";
import type { BodyMap, BodyValue } from "./record.ts";

/** Longer texts are cut: a sentence names things, it does not carry them. */
const MAX_TEXT = 120;
/** Longer lists are counted instead of listed. */
const MAX_LISTED = 5;
/** Maps inside of maps inside of maps say nothing in a sentence. */
const MAX_DEPTH = 3;

/** Controls, line and paragraph separators, bidirectional overrides, byte-order mark, tags. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A text on one line, without anything that a terminal or a reader's eye would obey. */
export function oneLine(text: string, maxLength: number = MAX_TEXT): string {
  // Cut first: what is never shown need not be cleaned.
  const part = text.length > maxLength * 8 ? text.slice(0, maxLength * 8) : text;
  const clean = part.replaceAll(UNPRINTABLE, " ").replaceAll(/\s+/g, " ").trim();
  if (clean.length <= maxLength && part.length === text.length) return clean;
  // toWellFormed: the cut may fall inside of a surrogate pair.
  return `${clean
    .slice(0, maxLength)
    .trimEnd()
    .toWellFormed()
    .replace(/\ufffd$/u, "")}…`;
}

/** "a, b and c"; a longer list is counted. */
export function listed(items: readonly BodyValue[], depth = 0): string {
  if (items.length === 0) return "nothing";
  if (items.length > MAX_LISTED || depth >= MAX_DEPTH) return `${items.length} items`;
  return joined(items.map((item) => inWords(item, depth + 1)));
}

/** "a, b and c". */
export function joined(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? "")
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

/** Any value in words: quoted where its ends could not be seen otherwise. */
export function inWords(value: BodyValue, depth = 0): string {
  if (typeof value === "string") return quoted(oneLine(value));
  if (value === null) return "nothing";
  if (isList(value)) return listed(value, depth);
  if (typeof value === "object") return mapInWords(value, depth);
  return String(value);
}

function quoted(text: string): string {
  return text === "" || /[\s,;"]/.test(text) ? `"${text.replaceAll('"', "'")}"` : text;
}

function mapInWords(map: BodyMap, depth: number): string {
  const keys = Object.keys(map);
  if (keys.length === 0) return "nothing";
  if (keys.length > MAX_LISTED || depth >= MAX_DEPTH) return counted(keys.length, "field");
  return joined(keys.map((key) => `${oneLine(key)} ${inWords(map[key] ?? null, depth + 1)}`));
}

/** "sample a", "3 samples: a, b and c", "120 samples"; `total` where the list was shortened. */
export function countedList(list: readonly BodyValue[], noun: string, total: number): string {
  if (total > MAX_LISTED || list.length === 0) return counted(total, noun);
  const words = joined(list.map((item) => inWords(item, 1)));
  return list.length === 1 ? `${noun} ${words}` : `${counted(list.length, noun)}: ${words}`;
}

/** Whether a value is a list. */
export function isList(value: BodyValue | undefined): value is readonly BodyValue[] {
  return Array.isArray(value);
}
