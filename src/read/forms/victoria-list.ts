/**
 * Lists as VictoriaLogs writes them into a field: JSON, but with nothing where null was, and `<` and `'` escaped.
 */
import type { BodyValue } from "../../event/portable.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { isDeeper, tryParse } from "../plain-json.ts";
import { MAX_DEPTH } from "../block.ts";

/** A list that VictoriaLogs would write so; undefined for any other text. (Maps become fields, so that none stands alone.) */
export function listIn(text: string): readonly BodyValue[] | undefined {
  if (!text.startsWith("[") || !text.endsWith("]")) return undefined;
  const list = tryParse(text) ?? tryParse(withNulls(text));
  if (list === undefined || isDeeper(list, MAX_DEPTH) || victoriaText(list) !== text)
    return undefined;
  return isList(list) ? list : undefined;
}

function isList(value: BodyValue): value is readonly BodyValue[] {
  return Array.isArray(value);
}

/** The text that was sealed: a list as canonical JSON; what is none stays as it is. */
export function sealedListText(text: string): string {
  const list = listIn(text);
  return list === undefined ? text : canonicalJson(list);
}

/** The text with `null` wherever a value is missing. */
function withNulls(text: string): string {
  const parts: string[] = [];
  let done = 0;
  let isText = false;
  let isMissing = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (isText) {
      if (character === "\\") at++;
      else isText = character !== '"';
      continue;
    }
    if (isMissing && ",]}".includes(character)) {
      parts.push(text.slice(done, at), "null");
      done = at;
    }
    isText = character === '"';
    // An empty list has no null: `[]`. A list of one null cannot be told from it.
    isMissing =
      character === "," || character === ":" || (character === "[" && text[at + 1] === ",");
  }
  return parts.join("") + text.slice(done);
}

function victoriaText(value: BodyValue): string {
  if (value === null) return "";
  if (Array.isArray(value)) return `[${value.map(victoriaText).join(",")}]`;
  if (typeof value !== "object")
    return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("'", "\\u0027");
  const members = Object.entries(value).map(
    ([name, item]: [string, BodyValue]) => `${victoriaText(name)}:${victoriaText(item)}`,
  );
  return `{${members.join(",")}}`;
}
