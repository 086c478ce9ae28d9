/** Before and after, as a person compares them. */
import { styleText } from "node:util";
import type { BodyValue } from "../../event/index.ts";
import type { FieldChange, Side } from "../../report/index.ts";
import { folded } from "./page.ts";
import { sideText, valueText } from "./value-text.ts";

/** A field a paragraph: what went behind `-`, what came behind `+`. */
export function* changeLines(changes: readonly FieldChange[]): Generator<string> {
  for (const { field, from, to, moved } of changes) {
    yield* folded(field, { first: "  ", indent: 2 });
    if (moved !== undefined) {
      for (const item of moved.removed) yield* removed(valueText(item));
      for (const [index, item] of moved.added.entries())
        yield* added(`${valueText(item)}${placeText(moved.at?.[index])}`);
      continue;
    }
    yield* (
      listLines(from, to) ?? [
        ...(from.kind === "absent" ? [] : removed(sideText(from))),
        ...(to.kind === "absent" ? [] : added(sideText(to))),
      ]
    );
  }
}

function placeText(at: number | undefined): string {
  return at === undefined ? "" : ` (at place ${at}, counted from 0)`;
}

/** Two whole lists of which only some items differ: the others are counted. */
function listLines(from: Side, to: Side): readonly string[] | undefined {
  if (from.kind !== "value" || to.kind !== "value") return undefined;
  const [old, now] = [textsOf(from.value), textsOf(to.value)];
  if (old === undefined || now === undefined) return undefined;
  const [gone, come] = [without(old, now), without(now, old)];
  if (gone.length + come.length === 0)
    return [...removed(old.join(", ")), ...added(now.join(", "))];
  const same = old.length - gone.length;
  return [
    ...gone.flatMap((text) => removed(text)),
    ...come.flatMap((text) => added(text)),
    ...(same > 0 ? [`      ${same} more on both sides`] : []),
  ];
}

/** Items that the other list has fewer of. */
function without(list: readonly string[], other: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const text of other) left.set(text, (left.get(text) ?? 0) + 1);
  return list.filter((text) => {
    const count = left.get(text) ?? 0;
    if (count > 0) left.set(text, count - 1);
    return count === 0;
  });
}

function textsOf(value: BodyValue): readonly string[] | undefined {
  return Array.isArray(value) ? value.map((item: BodyValue) => valueText(item)) : undefined;
}

const removed = (text: string): readonly string[] => coloured("red", "    - ", text);
const added = (text: string): readonly string[] => coloured("green", "    + ", text);

function coloured(colour: "red" | "green", first: string, text: string): readonly string[] {
  return folded(text, { first, indent: first.length }).map((line) =>
    styleText(colour, line, { stream: process.stdout }),
  );
}
