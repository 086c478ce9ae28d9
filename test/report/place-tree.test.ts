import fc from "fast-check";
import { expect, test } from "vitest";
import type { BodyMap } from "../../src/event/index.ts";
import { createPlaceTree } from "../../src/report/timeline/place-tree.ts";
import { replay } from "../../src/report/timeline/replay.ts";
import { flatRecords, timeAt, type Told } from "../support/told-records.ts";

interface Item {
  readonly owner: { readonly type: string; readonly id: string };
  readonly path: readonly string[];
  readonly value: number;
}

type Step = readonly ["set" | "clear", Item];

const place = fc.record({
  owner: fc.record({ type: fc.constantFrom("a", "b"), id: fc.constantFrom("", "1") }),
  path: fc.array(fc.constantFrom("x", "y", "__proto__"), { maxLength: 4 }),
  value: fc.nat(),
});

/** Whether one is at the place of another, above it or below. */
function isNear({ owner, path }: Item, item: Item): boolean {
  const isOwn = owner.type === item.owner.type && owner.id === item.owner.id;
  return isOwn && path.every((name, at) => at >= item.path.length || name === item.path[at]);
}

/** The same, by looking at all of them. */
function plainly(steps: readonly Step[]): readonly Item[] {
  const items = new Map<string, Item>();
  const keyOf = ({ owner, path }: Item): string => JSON.stringify([owner.type, owner.id, path]);
  for (const [what, item] of steps) {
    if (what === "set") items.set(keyOf(item), item);
    else
      for (const [key, one] of items)
        if (isNear(one, item) && one.path.length !== item.path.length) items.delete(key);
  }
  const nameOf = ({ owner }: Item): string => `${owner.type} ${owner.id}`;
  const owners = Map.groupBy(items.values(), nameOf);
  const turns = new Set(steps.flatMap(([what, item]) => (what === "set" ? [nameOf(item)] : [])));
  return [...turns].flatMap((owner) => owners.get(owner) ?? []);
}

test("places are kept and cleared as by looking at all of them", () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("set" as const, "clear" as const), place));
  fc.assert(
    fc.property(steps, (given) => {
      const tree = createPlaceTree<Item>();
      for (const [what, item] of given) tree[what](item);
      const items = plainly(given);
      expect(tree.all()).toEqual(items);
      for (const item of items) expect(tree.get(item)).toBe(item);
      for (const [, item] of given)
        expect(new Set(tree.near(item))).toEqual(new Set(items.filter((one) => isNear(one, item))));
    }),
    { numRuns: 1000 },
  );
});

test("many fields take no more than their number: looked at each by each they take minutes", () => {
  const COUNT = 40_000;
  const sides = (value: number): Readonly<Record<string, number>> =>
    Object.fromEntries(Array.from({ length: COUNT }, (_, at) => [`k${at}`, value]));
  const target = ["experiment", "exp-1"] as const;
  const records = flatRecords(
    { at: 1, action: "hp_change", target, details: { before: sides(1), after: sides(2) } },
    // It may have set back each of them, and says what of each.
    { at: 2, action: "restart_instance", target, details: { before: sides(2), after: sides(3) } },
    { at: 3, action: "restart_instance", target, details: {} },
  );
  const { fields } = replay(records, timeAt(4));
  expect(fields).toHaveLength(COUNT);
  expect(fields.every(({ doubts }) => doubts.length === 1)).toBe(true);
});

test("so do maps that are set as a whole, and their fields behind the time that is asked for", () => {
  const COUNT = 10_000;
  const target = ["experiment", "exp-1"] as const;
  const fields = Array.from({ length: COUNT }, (_, at) => [`k${at}`, at] as const);
  const whole = { opt: Object.fromEntries(fields) };
  const change = (at: number, before: BodyMap, after: BodyMap): Told => ({
    at,
    action: "hp_change",
    target,
    details: { before, after },
  });
  const records = flatRecords(
    change(1, { opt: null }, whole),
    ...fields.map(([key, at]) => change(3, { opt: { [key]: at } }, { opt: { [key]: at + 1 } })),
    change(4, whole, { opt: null }),
    ...fields.map(([key, at]) => change(5, { opt: { [key]: at } }, { opt: { [key]: at + 1 } })),
  );
  for (const from of [0, 1]) {
    const { fields: told } = replay(records.slice(from), timeAt(2));
    expect(told.map(({ value }) => value.kind === "value" && value.value)).toEqual(
      fields.map(([, at]) => at),
    );
    expect(told.flatMap(({ doubts }) => doubts)).toEqual([]);
  }
  expect(replay(records, timeAt(9)).fields).toHaveLength(COUNT);
});
