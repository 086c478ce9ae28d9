/** Values as documents show them: bounded in length, before and after of a record field by field. */
import type { BodyValue } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { counted } from "../../lib/counted.ts";
import { fieldChangesOf, type FieldChange } from "../field-changes.ts";
import type { Side } from "../side.ts";
import type { ChangeText } from "./document.ts";

/** More fields of one record are counted. */
const MAX_FIELDS = 200;
/** Longer values say where they go on. */
const MAX_TEXT = 2000;
/** Longer lists stand as JSON. */
const MAX_LISTED = 50;

/** What an empty list, or map, says. */
const NOTHING = "(none)";

/** Every field that has another value. */
export function changeTexts(record: FlatRecord): readonly ChangeText[] {
  const all = fieldChangesOf(record);
  const texts = all.slice(0, MAX_FIELDS).map((change): ChangeText => {
    const { before, after } = sideTexts(change);
    return {
      field: change.field,
      ...(before === undefined ? { noBefore: lackText(change.from, "before") } : { before }),
      ...(after === undefined ? { noAfter: lackText(change.to, "after") } : { after }),
    };
  });
  const more = all.length - texts.length;
  return more > 0 ? [...texts, { field: `and ${counted(more, "more field")}` }] : texts;
}

/** Both sides of a change; undefined where there is nothing to show. */
export function sideTexts({ from, to, moved }: FieldChange): {
  readonly before: string | undefined;
  readonly after: string | undefined;
} {
  if (moved === undefined) return { before: sideText(from), after: sideText(to) };
  const { removed, added } = moved;
  return {
    before: removed.length === 0 ? "none removed" : `removed: ${valueText(removed)}`,
    after: added.length === 0 ? "none added" : `added: ${valueText(added)}`,
  };
}

/** What is said of a side that shows nothing: a blank would read as nothing, also where nobody knows. */
export function lackText({ kind }: Side, which: "before" | "after"): string {
  if (kind !== "absent") return "(not known)";
  return which === "before" ? "(not there)" : "(gone)";
}

/** Both sides in words, whether or not there is something to show. */
export function wordsOf({ before, noBefore, after, noAfter }: ChangeText): {
  readonly before: string;
  readonly after: string;
} {
  return { before: before ?? noBefore ?? "", after: after ?? noAfter ?? "" };
}

function sideText(side: Side): string | undefined {
  switch (side.kind) {
    case "value":
    case "cut":
      return valueText(side.value);
    case "redacted":
      return side.value === undefined ? "(redacted)" : valueText(side.value);
    default:
      return undefined;
  }
}

/** A value as people read it: texts as they are, the rest as JSON. */
export function valueText(value: BodyValue): string {
  return shortened(typeof value === "string" ? value : plainText(value));
}

function plainText(value: Exclude<BodyValue, string>): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Object.keys(value).length === 0) return NOTHING;
  const isPlainList =
    Array.isArray(value) &&
    value.length <= MAX_LISTED &&
    value.every((item) => typeof item !== "object" || item === null);
  return isPlainList ? value.map(String).join(", ") : JSON.stringify(value);
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT
    ? text
    : `${text.slice(0, MAX_TEXT).toWellFormed()}… (the first ${MAX_TEXT} of ${text.length} characters)`;
}
