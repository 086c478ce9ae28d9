import { isMap } from "../lib/is-map.ts";
import type { BodyMap, BodyValue } from "./record.ts";

/** The two sides of a change, without the fields in which they agree. */
export interface Change {
  readonly before?: BodyMap;
  readonly after?: BodyMap;
}

/**
 * Reduces two states to what differs. Maps are compared field by field at every depth, lists and
 * scalars as a whole. Where only one side is given, it stands as it is.
 */
export function changeBetween(before: BodyMap | undefined, after: BodyMap | undefined): Change {
  if (before === undefined || after === undefined) {
    return {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
  }
  return { before: differing(before, after), after: differing(after, before) };
}

function differing(side: BodyMap, other: BodyMap): BodyMap {
  const kept: [string, BodyValue][] = [];
  for (const [key, value] of Object.entries(side)) {
    const counterpart = Object.hasOwn(other, key) ? other[key] : undefined;
    if (isMap(value) && isMap(counterpart)) {
      const inner = differing(value, counterpart);
      if (Object.keys(inner).length > 0) kept.push([key, inner]);
    } else if (!isEqual(value, counterpart)) {
      kept.push([key, value]);
    }
  }
  return Object.fromEntries(kept);
}

function isEqual(left: BodyValue | undefined, right: BodyValue | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every((item, at) => isEqual(item as BodyValue, right[at] as BodyValue))
    );
  }
  if (isMap(left) && isMap(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
    );
  }
  return false;
}
