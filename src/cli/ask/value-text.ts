/** Values as a page shows them: all of them, each on one line before it is folded. */
import type { BodyMap, BodyValue } from "../../event/index.ts";
import { leavesOf, type Side } from "../../report/index.ts";

/** Texts that nobody takes for something else. */
const PLAIN = /^[\p{L}_][\p{L}\p{N}_.:/@+-]*$/u;
const WORDS: ReadonlySet<string> = new Set(["true", "false", "null", "nothing"]);

/** A value as JSON, but without quotes where it can do without. */
export function valueText(value: BodyValue): string {
  const isPlain = typeof value === "string" && PLAIN.test(value) && !WORDS.has(value);
  return isPlain ? value : JSON.stringify(value);
}

/** What is known of a value. */
export function sideText(side: Side): string {
  switch (side.kind) {
    case "value":
      return valueText(side.value);
    case "cut":
      return `${side.value} (not recorded whole)`;
    case "absent":
      return "nothing";
    case "redacted":
      return side.value === undefined ? "(redacted)" : `${valueText(side.value)} (redacted)`;
    default:
      return "(not known)";
  }
}

/** Details and attributes as `name: value`, those inside of maps with the whole way to them. */
export function* leafTexts(values: BodyMap): Generator<readonly [string, string]> {
  for (const [path, value] of leavesOf(values)) yield [path, valueText(value)];
}
