import type { RecordAttributes } from "../event/portable.ts";
import { shown } from "../lib/shown.ts";
import { misspeltName, textOf } from "../seal/portable.ts";

/** More of them in one record say nothing more. */
const MAX_DOUBTS = 16;
const NONE: readonly string[] = [];
/** By the fields that a shaper remembers for the same names. */
const known = new WeakMap<object, readonly string[]>();

/**
 * What is said of attributes under names that nobody who looks for them would find, and that have
 * their keys: the leaf of the record is the same.
 *
 * @param shape an object that stands for the names of the attributes that are not empty; undefined: none does.
 */
export function misspeltNames(
  attributes: RecordAttributes,
  shape: object | undefined,
): readonly string[] {
  const before = shape === undefined ? undefined : known.get(shape);
  if (before !== undefined) return before;
  const doubts: string[] = [];
  for (const name in attributes) {
    const right = textOf(attributes[name]) === "" ? undefined : misspeltName(name);
    if (right !== undefined && doubts.length < MAX_DOUBTS)
      doubts.push(`${right} stands there as ${shown(name)}`);
  }
  const found = doubts.length === 0 ? NONE : doubts;
  if (shape !== undefined) known.set(shape, found);
  return found;
}
