import type { BodyMap, BodyValue } from "../../event/portable.ts";
import { isMap } from "../../lib/is-map.ts";
import { setOwn } from "../plain-json.ts";

/**
 * The body of a record from a store that keeps each leaf under its whole way, as maps again. Whether a key
 * had dots of its own is not known there, and every value is a text.
 */
export function nestedBody(flat: BodyMap): BodyMap {
  const nested: Record<string, BodyValue> = {};
  for (const [path, value] of Object.entries(flat)) {
    const keys = path.split(".");
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
