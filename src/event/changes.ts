/**
 * What changed between two states, for `before` and `after` of an event.
 *
 * Maps are compared field by field at every depth. Of a list of scalars without doubles only what was
 * removed and added is kept: `before` has `{ removed: […] }`, `after` has `{ added: […] }`, and
 * `at: […]`, the places of the added ones in the new list, unless they stand at its end. Every other
 * list, and one that was put into another order, stands whole on both sides.
 */
import { normaliseWhole } from "./normalise.ts";
import { isList } from "./readable.ts";
import { isMap } from "../lib/is-map.ts";
import type { BodyMap, BodyValue } from "./record.ts";

/** Both sides of a change. */
export interface Changes {
  readonly before: BodyMap;
  readonly after: BodyMap;
}

/** States of more values than this are cut, with a marker, before they are compared. */
const MAX_COMPARED_VALUES = 2_000_000;

/**
 * Reduces two states to what differs between them; spread the result into an event.
 *
 * Any values are taken: they are made plain first. Never throws; the work grows with the size of the
 * states, not with its square.
 */
export function changesBetween(before: unknown, after: unknown): Changes {
  const left = mapOf(before);
  const right = mapOf(after);
  return difference(left, right) ?? { before: {}, after: {} };
}

function mapOf(state: unknown): BodyMap {
  const normal = normaliseWhole(state, MAX_COMPARED_VALUES);
  if (normal === undefined || normal === null) return {};
  return isMap(normal) ? normal : { value: normal };
}

/** Recursion is bounded: the normaliser cuts what is deeper than 64 levels. */
function difference(left: BodyMap, right: BodyMap): Changes | undefined {
  const before: [string, BodyValue][] = [];
  const after: [string, BodyValue][] = [];
  for (const [key, value] of Object.entries(left)) {
    const counterpart = Object.hasOwn(right, key) ? right[key] : undefined;
    if (counterpart === undefined) {
      before.push([key, value]);
      continue;
    }
    const sides = valueDifference(value, counterpart);
    if (sides === undefined) continue;
    before.push([key, sides.before]);
    after.push([key, sides.after]);
  }
  for (const [key, value] of Object.entries(right)) {
    if (!Object.hasOwn(left, key)) after.push([key, value]);
  }
  if (before.length === 0 && after.length === 0) return undefined;
  return { before: Object.fromEntries(before), after: Object.fromEntries(after) };
}

interface Sides {
  readonly before: BodyValue;
  readonly after: BodyValue;
}

function valueDifference(left: BodyValue, right: BodyValue): Sides | undefined {
  if (left === right) return undefined;
  if (isMap(left) && isMap(right)) return difference(left, right);
  if (isList(left) && isList(right)) {
    return isEqualList(left, right)
      ? undefined
      : (listDifference(left, right) ?? { before: left, after: right });
  }
  return { before: left, after: right };
}

function isEqualList(left: readonly BodyValue[], right: readonly BodyValue[]): boolean {
  return (
    left.length === right.length &&
    left.every((item, at) => valueDifference(item, right[at] ?? null) === undefined)
  );
}

/** Undefined where removing and adding alone do not lead from one list to the other. */
function listDifference(
  left: readonly BodyValue[],
  right: readonly BodyValue[],
): Sides | undefined {
  const old = scalarSet(left);
  const now = scalarSet(right);
  if (old === undefined || now === undefined) return undefined;
  const removed = left.filter((item) => !now.has(item));
  const kept = left.filter((item) => now.has(item));
  const added: BodyValue[] = [];
  const at: number[] = [];
  let next = 0;
  for (const [place, item] of right.entries()) {
    if (old.has(item)) {
      if (kept[next++] !== item) return undefined;
    } else {
      added.push(item);
      at.push(place);
    }
  }
  const isAtEnd = at.every((place) => place >= kept.length);
  return { before: { removed }, after: isAtEnd ? { added } : { added, at } };
}

/** The items of a list of scalars, none twice; undefined for any other list. */
function scalarSet(list: readonly BodyValue[]): ReadonlySet<BodyValue> | undefined {
  if (list.some((item) => typeof item === "object" && item !== null)) return undefined;
  const items = new Set(list);
  return items.size === list.length ? items : undefined;
}
