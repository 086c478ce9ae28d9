/**
 * Makes a map fit a number of bytes by cutting what is largest.
 *
 * Small values stay whole; the large ones share what is left. Where there are too many values to
 * share, the first ones stay and one marker stands for the rest.
 */
import type { BodyMap, BodyValue } from "../event/index.ts";
import { cutMarker, limitText } from "./cut.ts";
import { isContainer, isList, jsonSize, jsonText } from "./json-text.ts";

/** A marker and its quotes: less than this cannot be given to a value that has to be cut. */
const MIN_SHARE = 160;
/** Below this depth a part that is too large is replaced as a whole. */
const MAX_FIT_DEPTH = 16;
/** The key of the marker that stands for the last entries of a map. */
const CUT_KEY = "[cut]";

/** A map whose JSON is at most `maxBytes` long. */
export function fitMap(map: BodyMap, maxBytes: number): BodyMap {
  if (jsonSize(map) <= maxBytes) return map;
  return mapOf(fitEntries(Object.entries(map), maxBytes, 0, map));
}

function fitValue(value: BodyValue, maxBytes: number, depth: number): BodyValue {
  if (jsonSize(value) <= maxBytes) return value;
  if (typeof value === "string") return fitString(value, maxBytes);
  if (!isContainer(value) || depth >= MAX_FIT_DEPTH) return markerFor(value);
  const entries = fitEntries(Object.entries(value), maxBytes, depth, value);
  return isList(value) ? entries.map(([, item]) => item) : mapOf(entries);
}

/** Escapes make JSON longer than the text: the text is cut until both fit. */
function fitString(text: string, maxBytes: number): string {
  let cut = limitText(text, maxBytes - 2);
  for (let limit = maxBytes; jsonSize(cut) > maxBytes && limit > MIN_SHARE; limit -= limit >> 2) {
    cut = limitText(text, limit);
  }
  return cut;
}

type Entries = readonly (readonly [string, BodyValue])[];

function fitEntries(entries: Entries, maxBytes: number, depth: number, whole: BodyValue): Entries {
  const listed = isContainer(whole) && isList(whole);
  const overheads = entries.map(([key]) => (listed ? 1 : jsonSize(key) + 2));
  const sizes = entries.map(([, value]) => jsonSize(value));
  const budget = maxBytes - 2 - overheads.reduce((sum, size) => sum + size, 0);
  const share = shareOf(sizes, budget);
  if (share >= MIN_SHARE) {
    return entries.map(([key, value], at) =>
      (sizes[at] ?? 0) <= share ? [key, value] : [key, fitValue(value, share, depth + 1)],
    );
  }
  return firstEntries(
    entries,
    sizes.map((size, at) => size + (overheads[at] ?? 0)),
    maxBytes,
    whole,
  );
}

/** The size to which the largest have to come down so that all fit. */
function shareOf(sizes: readonly number[], budget: number): number {
  let left = budget;
  const sorted = sizes.toSorted((a, b) => a - b);
  for (const [at, size] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - at));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

function firstEntries(
  entries: Entries,
  sizes: readonly number[],
  maxBytes: number,
  whole: BodyValue,
): Entries {
  let bytes = MIN_SHARE;
  const kept: (readonly [string, BodyValue])[] = [];
  for (const [at, entry] of entries.entries()) {
    bytes += sizes[at] ?? 0;
    if (bytes > maxBytes) break;
    kept.push(entry);
  }
  const amount = `${entries.length - kept.length} of ${entries.length} ${isContainer(whole) && isList(whole) ? "items" : "entries"}`;
  return [...kept, [CUT_KEY, cutMarker(amount, jsonText(whole))]];
}

function markerFor(value: BodyValue): string {
  const text = jsonText(value);
  return cutMarker(`${Buffer.byteLength(text)} bytes`, text);
}

function mapOf(entries: Entries): BodyMap {
  return Object.fromEntries(entries);
}
