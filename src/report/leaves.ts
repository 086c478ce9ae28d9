import type { BodyMap, BodyValue } from "../event/index.ts";
import { isMap } from "../lib/is-map.ts";

/** The values of a map that are no maps themselves, or empty ones, by the whole way to them, with dots. */
export function* leavesOf(map: BodyMap): Generator<readonly [path: string, value: BodyValue]> {
  for (const [key, value] of Object.entries(map)) {
    if (!isMap(value) || Object.keys(value).length === 0) yield [key, value];
    else for (const [path, leaf] of leavesOf(value)) yield [`${key}.${path}`, leaf];
  }
}
