/** Before and after of a record, field by field. */
import type { BodyMap, BodyValue } from "../../event/index.ts";
import type { FieldChange } from "./document.ts";

/** More fields of one record are counted. */
const MAX_FIELDS = 200;
/** Longer values say where they go on. */
const MAX_TEXT = 2000;
/** Longer lists stand as JSON. */
const MAX_LISTED = 50;

/** What an empty list, or map, says. */
const NOTHING = "(none)";

/** Every leaf that has another value; `before` and `after` hold no others. */
export function fieldChanges({ before, after }: BodyMap): readonly FieldChange[] {
  const [left, right] = [leavesOf(before), leavesOf(after)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const changes = names.slice(0, MAX_FIELDS).map((field): FieldChange => {
    const [from, to] = [left.get(field), right.get(field)];
    return {
      field,
      ...(from === undefined ? {} : { before: from }),
      ...(to === undefined ? {} : { after: to }),
    };
  });
  const more = names.length - changes.length;
  return more > 0 ? [...changes, { field: `and ${more} more fields` }] : changes;
}

/** Texts by the whole way to them. */
export function leavesOf(side: BodyValue | undefined): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: BodyValue, path: string): void => {
    if (!isMap(value)) return void leaves.set(path, valueText(value));
    const moved = movedText(value);
    if (moved !== undefined) return void leaves.set(path, moved);
    const entries = Object.entries(value);
    if (entries.length === 0) return void leaves.set(path, NOTHING);
    for (const [key, inner] of entries) walk(inner, path === "" ? key : `${path}.${key}`);
    return undefined;
  };
  if (side === undefined) return leaves;
  if (!isMap(side)) leaves.set("value", valueText(side));
  else for (const [key, value] of Object.entries(side)) walk(value, key);
  return leaves;
}

/** One side of a list of which only what came and went is kept. */
function movedText(value: BodyMap): string | undefined {
  const { removed, added, ...rest } = value;
  const names = Object.keys(rest);
  if (Array.isArray(removed) && added === undefined && names.length === 0)
    return removed.length === 0 ? "none removed" : `removed: ${valueText(removed)}`;
  if (Array.isArray(added) && removed === undefined && names.every((name) => name === "at"))
    return added.length === 0 ? "none added" : `added: ${valueText(added)}`;
  return undefined;
}

/** A value as people read it: texts as they are, the rest as JSON. */
export function valueText(value: BodyValue): string {
  return shortened(typeof value === "string" ? value : plainText(value));
}

function plainText(value: Exclude<BodyValue, string>): string {
  if (Array.isArray(value) && value.length === 0) return NOTHING;
  const isPlainList =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MAX_LISTED &&
    value.every((item) => typeof item !== "object" || item === null);
  return isPlainList ? value.map(String).join(", ") : JSON.stringify(value);
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT
    ? text
    : `${text.slice(0, MAX_TEXT).toWellFormed()}… (the first ${MAX_TEXT} of ${text.length} characters)`;
}

/** Whether a value is a map. */
export function isMap(value: BodyValue | undefined): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
