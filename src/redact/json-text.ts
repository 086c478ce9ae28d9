/** JSON text of plain values without recursion, for digests and sizes of trees of any depth. */
import type { BodyMap, BodyValue } from "../event/index.ts";

/** Whether a value is a map or a list. */
export function isContainer(value: BodyValue): value is BodyMap | readonly BodyValue[] {
  return typeof value === "object" && value !== null;
}

/** Whether a container is a list. */
export function isList(value: BodyMap | readonly BodyValue[]): value is readonly BodyValue[] {
  return Array.isArray(value);
}

/** Compact JSON of a value, as `JSON.stringify` gives it. */
export function jsonText(root: BodyValue): string {
  const parts: string[] = [];
  /** What is still to be written, last first: text as it is, or a value. */
  const open: ({ readonly text: string } | { readonly value: BodyValue })[] = [{ value: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ("text" in next) parts.push(next.text);
    else if (!isContainer(next.value)) parts.push(JSON.stringify(next.value) ?? "null");
    else {
      const listed = isList(next.value);
      const entries = Object.entries(next.value);
      parts.push(listed ? "[" : "{");
      open.push({ text: listed ? "]" : "}" });
      for (let at = entries.length - 1; at >= 0; at--) {
        const [key, value] = entries[at] ?? ["", null];
        open.push({ value });
        const comma = at === 0 ? "" : ",";
        open.push({ text: listed ? comma : `${comma}${JSON.stringify(key)}:` });
      }
    }
  }
  return parts.join("");
}

/** UTF-8 bytes of the compact JSON of a value. */
export function jsonSize(value: BodyValue): number {
  return Buffer.byteLength(jsonText(value));
}
