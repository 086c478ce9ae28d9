/** Of a map each of its fields: later records name them one by one. */
import { isBodyMap } from "../../seal/portable.ts";
import { type Side, sideOf } from "../side.ts";
import type { FieldState } from "./replay.ts";

/** A field, and what is told of it. */
export type Leaf = Pick<FieldState, "path" | "field" | "value">;

/** The fields of a side that is a map, however deep they stand; of any other only that. */
export function leavesOf(
  { path, field }: Pick<Leaf, "path" | "field">,
  value: Side,
): readonly Leaf[] {
  const isTold = value.kind === "value" || value.kind === "redacted";
  const inner = isTold && isBodyMap(value.value) ? Object.entries(value.value) : [];
  if (inner.length === 0) return [{ path, field, value }];
  return inner.flatMap(([key, item]) =>
    leavesOf({ path: [...path, key], field: `${field}.${key}` }, sideOf(item)),
  );
}
