import type { AttributeValue } from "../event/portable.ts";
import { attributeKeyOf, keyOf } from "./sealed-fields.ts";

/**
 * Gives sealed attributes that have one key, as `audit_actor_id` beside `audit.actor.id` would, names
 * with `_2`, `_3`, … behind them, all but the first by name: that is the one with dots.
 *
 * @param attributes changed in place.
 */
export function makeDistinct(attributes: Record<string, AttributeValue>): void {
  const used = new Set<string>();
  for (const name of Object.keys(attributes).toSorted()) {
    const value = attributes[name];
    let key = attributeKeyOf(name);
    if (value === undefined || key === null) continue;
    let free = name;
    for (let count = 2; used.has(key); count++) {
      free = `${name}_${count}`;
      key = keyOf(free);
    }
    used.add(key);
    if (free === name) continue;
    delete attributes[name];
    attributes[free] = value;
  }
}
