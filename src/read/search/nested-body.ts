import { type BodyMap, type BodyValue, DOTTED_DETAILS } from "../../event/portable.ts";
import { isMap } from "../../lib/is-map.ts";
import { MAX_DEPTH } from "../block.ts";
import { setOwn } from "../plain-json.ts";

/**
 * The body of a record from a store that keeps each leaf under its whole way, as maps again. Whether a key
 * had dots of its own is not known there: it had where the catalogue says so, where a leaf stands at the
 * beginning of the way, and where there are more keys than levels that otel-audit writes.
 */
export function nestedBody(flat: BodyMap): BodyMap {
  const nested: Record<string, BodyValue> = {};
  for (const [path, value] of Object.entries(flat)) {
    const keys = keysOf(path, flat);
    const last = keys.pop() ?? "";
    let map = nested;
    for (const key of keys) {
      const found = Object.hasOwn(map, key) ? map[key] : undefined;
      const inner: Record<string, BodyValue> = isMap(found) ? found : {};
      setOwn<BodyValue>(map, key, inner);
      map = inner;
    }
    setOwn<BodyValue>(map, last, value);
  }
  return nested;
}

/** From the outside inward. */
function keysOf(path: string, flat: BodyMap): string[] {
  if (DOTTED_DETAILS.includes(path)) return [path];
  const keys = path.split(".", MAX_DEPTH + 1);
  if (keys.length > MAX_DEPTH) return [path];
  let end = 0;
  for (const [at, key] of keys.entries()) {
    end += key.length;
    // A text has nothing below it.
    if (at + 1 < keys.length && Object.hasOwn(flat, path.slice(0, end)))
      return [...keys.slice(0, at), path.slice(end - key.length)];
    end++;
  }
  return keys;
}

const NO_TEXT = /^(?:true|false|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\[.*\])$/s;

/** Whether a text is written as numbers, lists, true and false are: it may have been one. */
export function isMaybeNoText(value: BodyValue): boolean {
  return typeof value === "string" && NO_TEXT.test(value);
}
