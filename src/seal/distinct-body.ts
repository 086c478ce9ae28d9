import type { BodyMap, BodyValue } from "../event/portable.ts";
import { bodyKeyOf, isBodyMap } from "./sealed-fields.ts";

/**
 * A body in which no two leaves have the same key, as `a.b` beside `b` in a map `a` would: the name of
 * the later one gets `_2`, `_3`, … behind it. Else a store would keep only one of them.
 */
export function distinctBody(body: BodyMap): BodyMap {
  return distinctMap(body, "", new Set());
}

function distinctMap(map: BodyMap, path: string, used: Set<string>): BodyMap {
  const distinct: Record<string, BodyValue> = {};
  for (const [name, value] of Object.entries(map)) {
    if (isBodyMap(value)) {
      distinct[name] = distinctMap(value, `${path}${name}.`, used);
      continue;
    }
    let free = name;
    for (
      let count = 2;
      used.has(bodyKeyOf(path + free)) || (free !== name && Object.hasOwn(map, free));
      count++
    ) {
      free = `${name}_${count}`;
    }
    used.add(bodyKeyOf(path + free));
    distinct[free] = value;
  }
  return distinct;
}
