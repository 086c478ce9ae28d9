/**
 * The fields that a record changed, one by one, however deep they stand: what every answer and every document
 * says of before and after comes from here.
 */
import { ATTR_INTEGRITY_FIELDS, ATTR_REDACTION_RULES } from "../event/portable.ts";
import type { BodyMap, BodyValue } from "../event/index.ts";
import type { FlatRecord } from "../format/index.ts";
import { bodyKeyOf, decodeFieldSeals, isBodyMap, isCommitted } from "../seal/portable.ts";
import { ABSENT, type Side, sideOf, UNKNOWN } from "./side.ts";

/** One field, before and after. */
export interface FieldChange {
  /** Keys from the outside inward: one may have dots of its own. */
  readonly path: readonly string[];
  /** The same with dots between them. */
  readonly field: string;
  readonly from: Side;
  readonly to: Side;
  /** Of a list of which only what moved was recorded; both sides are unknown then. */
  readonly moved?: MovedItems;
}

/** What was taken out of a list, and put into it. */
export interface MovedItems {
  readonly removed: readonly BodyValue[];
  readonly added: readonly BodyValue[];
  /** Places of the added ones in the new list; undefined: at its end. */
  readonly at?: readonly number[] | undefined;
}

/** What is deeper stands as a whole. */
const MAX_DEPTH = 64;

/** The fields of `before` and `after`, in the order of the record; those that came first. */
export function fieldChangesOf(record: FlatRecord): readonly FieldChange[] {
  const { before, after } = record.details;
  const absentSide = absences(record);
  const changes: FieldChange[] = [];
  const open: Open[] = [{ path: [], left: fieldsOf(before), right: fieldsOf(after) }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { path: above, left, right } = at;
    const inner: Open[] = [];
    for (const key of keysOf(left, right)) {
      const path = [...above, key];
      const [from, to] = [own(left, key), own(right, key)];
      const moved = movedItems(from, to);
      const deeper = moved === undefined && path.length < MAX_DEPTH ? mapsOf(from, to) : undefined;
      if (deeper !== undefined) inner.push({ path, ...deeper });
      else {
        const isMoved = moved !== undefined;
        changes.push({
          path,
          field: path.join("."),
          from: isMoved ? UNKNOWN : from === undefined ? absentSide("before", path) : sideOf(from),
          to: isMoved ? UNKNOWN : to === undefined ? absentSide("after", path) : sideOf(to),
          ...(isMoved ? { moved } : {}),
        });
      }
    }
    open.push(...inner.toReversed());
  }
  return changes;
}

interface Open {
  readonly path: readonly string[];
  readonly left: BodyMap | undefined;
  readonly right: BodyMap | undefined;
}

/** What is no map is its own only field, as `changesBetween` has it. */
function fieldsOf(side: BodyValue | undefined): BodyMap | undefined {
  return side === undefined || isBodyMap(side) ? side : { value: side };
}

function mapOf(value: BodyValue | undefined): BodyMap | undefined {
  return isBodyMap(value) ? value : undefined;
}

function keysOf(left: BodyMap = {}, right: BodyMap = {}): readonly string[] {
  return [...Object.keys(right), ...Object.keys(left).filter((key) => !Object.hasOwn(right, key))];
}

function own(map: BodyMap | undefined, key: string): BodyValue | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Both sides where their fields are to be compared: no side is anything but a map, and one has something in it. */
function mapsOf(
  from: BodyValue | undefined,
  to: BodyValue | undefined,
): Pick<Open, "left" | "right"> | undefined {
  const isEach = [from, to].every((side) => side === undefined || isBodyMap(side));
  const maps = { left: mapOf(from), right: mapOf(to) };
  return isEach && keysOf(maps.left, maps.right).length > 0 ? maps : undefined;
}

/** As `changesBetween` writes two lists. */
function movedItems(
  from: BodyValue | undefined,
  to: BodyValue | undefined,
): MovedItems | undefined {
  if (!isBodyMap(from) || !isBodyMap(to)) return undefined;
  const { removed, ...restFrom } = from;
  const { added, at, ...restTo } = to;
  if (!isList(removed) || !isList(added)) return undefined;
  if (Object.keys(restFrom).length + Object.keys(restTo).length > 0) return undefined;
  if (at === undefined) return { removed, added };
  const places = isList(at) ? at.filter((place) => typeof place === "number") : [];
  return places.length === added.length ? { removed, added, at: places } : undefined;
}

function isList(value: BodyValue | undefined): value is readonly BodyValue[] {
  return Array.isArray(value);
}

/**
 * What it means that a side has no such field: it was not there, unless the record has no such side, or
 * something was taken out of the record.
 */
export function absences(
  record: FlatRecord,
): (side: "before" | "after", path: readonly string[]) => Side {
  const { attributes, details } = record;
  const text = attributes[ATTR_INTEGRITY_FIELDS];
  const seals = (typeof text === "string" ? decodeFieldSeals(text) : undefined) ?? [];
  const committed = new Set(seals.filter(isCommitted).map(({ key }) => key));
  const isRedacted = attributes[ATTR_REDACTION_RULES] !== undefined;
  return (side, path) => {
    if (details[side] === undefined) return UNKNOWN;
    if (committed.has(bodyKeyOf([side, ...path].join(".")))) return { kind: "redacted" };
    return isRedacted ? UNKNOWN : ABSENT;
  };
}
