/** Ways to look at what a parser gave, and to put together maps of it. */
import type { BodyValue } from "../event/portable.ts";

/** The items of a list; none where the value is no list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Sets a name of a map, also `__proto__`, which an assignment would take for something else. */
export function setOwn<Value>(map: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") map[name] = value;
  else
    Object.defineProperty(map, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

/** Whether a value has more than so many levels of maps and lists. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return items.some((item) => isDeeper(item, levels - 1));
}

/** Parsed JSON; undefined where the text is none. */
export function tryParse(text: string): BodyValue | undefined {
  try {
    // What JSON.parse gives is a BodyValue by its definition.
    return JSON.parse(text) as BodyValue;
  } catch {
    return undefined;
  }
}
