/**
 * What a record says was there before it, held against what is known of the same fields.
 *
 * In: fields and an effect. Out: of each field above, at or below the place of the effect both sides, at the
 * deeper one of the two places. Where one of them tells nothing of that place, the side is unknown.
 */
import type { FlatRecord } from "../../format/index.ts";
import { isBodyMap } from "../../seal/portable.ts";
import { absences } from "../field-changes.ts";
import { ABSENT, type Side, sideOf, UNKNOWN } from "../side.ts";
import type { Effect } from "./effects.ts";
import type { Field, Fields } from "./replay.ts";

/** One field, and both sides. */
export interface Compared {
  readonly known: Field;
  readonly path: readonly string[];
  readonly field: string;
  /** What the record says was there. */
  readonly said: Side;
  /** What is known. */
  readonly was: Side;
}

/** Of each field that the effect is on, or that is on the way to it. */
export function comparedWith(
  fields: Fields,
  record: FlatRecord,
  effect: Effect,
): readonly Compared[] {
  let absentBefore: ReturnType<typeof absences> | undefined;
  return fields.near(effect).map((known) => {
    const isAbove = known.path.length <= effect.path.length;
    const { path, field } = isAbove ? effect : known;
    const said = sideWithin(effect.from, path.slice(effect.path.length), () =>
      (absentBefore ??= absences(record))("before", path),
    );
    const was = sideWithin(known.value, path.slice(known.path.length), () =>
      known.setBy === undefined ? UNKNOWN : absences(known.setBy)("after", path),
    );
    return { known, path, field, said, was };
  });
}

/**
 * What a side tells of a place within it.
 *
 * @param missing what it means that a map has no such field.
 */
function sideWithin(side: Side, way: readonly string[], missing: () => Side): Side {
  let inner = side;
  for (const key of way) {
    if (inner.kind !== "value" && inner.kind !== "redacted")
      return inner.kind === "absent" ? ABSENT : UNKNOWN;
    const { value } = inner;
    if (!isBodyMap(value)) return inner.kind === "value" ? ABSENT : UNKNOWN;
    const item = Object.hasOwn(value, key) ? value[key] : undefined;
    if (item === undefined) return inner.kind === "value" ? missing() : UNKNOWN;
    inner = sideOf(item);
  }
  return inner;
}
