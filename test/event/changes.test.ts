import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BodyMap,
  type BodyValue,
  type Changes,
  changeBetween,
  changesBetween,
  normaliseMap,
} from "../../src/event/index.ts";
import { growthOf } from "../support/growth.ts";

test.each<[name: string, before: unknown, after: unknown, changes: object]>([
  ["nothing", {}, {}, { before: {}, after: {} }],
  ["no states", undefined, null, { before: {}, after: {} }],
  [
    "no difference",
    { a: 1, m: { l: [1, { x: 1 }] } },
    { m: { l: [1, { x: 1 }] }, a: 1 },
    { before: {}, after: {} },
  ],
  ["a field", { a: 1, b: 2 }, { a: 1, b: 3 }, { before: { b: 2 }, after: { b: 3 } }],
  ["a field that came", {}, { a: { b: 1 } }, { before: {}, after: { a: { b: 1 } } }],
  ["a field that went", { a: { b: 1 } }, {}, { before: { a: { b: 1 } }, after: {} }],
  [
    "a field deep inside",
    { a: { b: { c: 1, d: 1 } } },
    { a: { b: { c: 2, d: 1 } } },
    { before: { a: { b: { c: 1 } } }, after: { a: { b: { c: 2 } } } },
  ],
  [
    "a map that was emptied, which is not one that went",
    { a: { b: 1 } },
    { a: {} },
    { before: { a: { b: 1 } }, after: { a: {} } },
  ],
  [
    "ids added and removed",
    { ids: ["a", "b", "c"] },
    { ids: ["a", "c", "d"] },
    { before: { ids: { removed: ["b"] } }, after: { ids: { added: ["d"] } } },
  ],
  [
    "ids added in between",
    { ids: ["a", "c"] },
    { ids: ["a", "b", "c"] },
    { before: { ids: { removed: [] } }, after: { ids: { added: ["b"], at: [1] } } },
  ],
  [
    "a list from empty",
    { l: [] },
    { l: [1, null] },
    { before: { l: { removed: [] } }, after: { l: { added: [1, null] } } },
  ],
  [
    "a list in another order",
    { l: [1, 2] },
    { l: [2, 1] },
    { before: { l: [1, 2] }, after: { l: [2, 1] } },
  ],
  ["a list with doubles", { l: [1, 1] }, { l: [1] }, { before: { l: [1, 1] }, after: { l: [1] } }],
  [
    "a list of maps",
    { l: [{ id: 1 }] },
    { l: [{ id: 2 }] },
    { before: { l: [{ id: 1 }] }, after: { l: [{ id: 2 }] } },
  ],
  [
    "1 and its text in a list",
    { l: [1] },
    { l: ["1"] },
    { before: { l: { removed: [1] } }, after: { l: { added: ["1"] } } },
  ],
  [
    "a list that became a map",
    { l: ["a"] },
    { l: { added: ["b"] } },
    { before: { l: ["a"] }, after: { l: { added: ["b"] } } },
  ],
  ["a null that went", { a: null }, {}, { before: { a: null }, after: {} }],
  ["no maps", 1, "1", { before: { value: 1 }, after: { value: "1" } }],
  [
    "names that objects inherit",
    { toString: 1 },
    { constructor: 1 },
    { before: { toString: 1 }, after: { constructor: 1 } },
  ],
  [
    "sets, dates and big integers",
    { s: new Set(["a"]), d: new Date(0), n: 1n },
    { s: new Set(["b"]), d: new Date(1), n: 2n },
    {
      before: { s: { removed: ["a"] }, d: "1970-01-01T00:00:00.000Z", n: "1" },
      after: { s: { added: ["b"] }, d: "1970-01-01T00:00:00.001Z", n: "2" },
    },
  ],
])("%s", (_name, before, after, changes) => {
  expect(changesBetween(before, after)).toEqual(changes);
});

/** What docs/format.md says: how a state and its change give the state after. */
function apply(state: BodyMap, { before, after }: Changes): BodyMap {
  const result = new Map<string, BodyValue>(Object.entries(state));
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) result.delete(key);
  for (const [key, to] of Object.entries(after)) {
    const was = Object.hasOwn(state, key) ? state[key] : undefined;
    const from = Object.hasOwn(before, key) ? before[key] : undefined;
    if (from === undefined) result.set(key, to);
    else if (isMap(was) && isMap(from) && isMap(to))
      result.set(key, apply(was, { before: from, after: to }));
    else if (Array.isArray(was) && isMap(from) && isMap(to))
      result.set(key, applyList(was as readonly BodyValue[], from, to));
    else result.set(key, to);
  }
  return Object.fromEntries(result);
}

function applyList(list: readonly BodyValue[], from: BodyMap, to: BodyMap): BodyValue {
  const removed = new Set(from["removed"] as readonly BodyValue[]);
  const added = to["added"] as readonly BodyValue[];
  const places = to["at"] as readonly number[] | undefined;
  const result = list.filter((item) => !removed.has(item));
  if (places === undefined) return [...result, ...added];
  for (const [at, place] of places.entries()) result.splice(place, 0, added[at] ?? null);
  return result;
}

function isMap(value: BodyValue | undefined): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const key = fc.constantFrom("a", "b", "ids", "removed", "added", "at", "toString");
const scalars = fc.constantFrom<BodyValue[]>(1, 2, 3, "1", "a", "b", null, true);
const value = fc.letrec<{ value: BodyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalars,
    fc.array(scalars, { maxLength: 6 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const state = fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });

describe("any two states", () => {
  test("the change, applied to the state before, gives the state after", () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const changes = changesBetween(before, after);
        expect(JSON.parse(JSON.stringify(changes))).toEqual(changes);
        expect(apply(before, changes)).toEqual(after);
        expect(changesBetween(before, structuredClone(before))).toEqual({ before: {}, after: {} });
      }),
      { numRuns: 5000 },
    );
  });

  test("hostile values neither throw nor end up as something that JSON cannot say", () => {
    const anything = fc.anything({
      withBigInt: true,
      withMap: true,
      withSet: true,
      withDate: true,
    });
    fc.assert(
      fc.property(anything, anything, (before, after) => {
        const changes = changesBetween(before, after);
        expect(JSON.parse(JSON.stringify(changes))).toEqual(changes);
      }),
    );
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(changesBetween(cycle, { self: 1 })).toEqual({
      before: { self: "[cycle]" },
      after: { self: 1 },
    });
  });

  test("what is recorded of plain fields is what changeBetween has always written", () => {
    const plainState = fc.dictionary(key, scalars, { maxKeys: 6, noNullPrototype: true });
    fc.assert(
      fc.property(plainState, plainState, (before, after) => {
        expect(changesBetween(before, after)).toEqual(
          changeBetween(normaliseMap(before), normaliseMap(after)),
        );
      }),
    );
  });
});

test("twenty times the list is not four hundred times the work", () => {
  const statesOf = (size: number): readonly [object, object] => {
    const ids = Array.from({ length: size }, (_, at) => `s${at}`);
    return [{ ids }, { ids: ids.filter((_, at) => at % 3 !== 0).concat("new") }];
  };
  const [small, large] = [statesOf(20_000), statesOf(400_000)];
  const growth = growthOf(
    () => changesBetween(...small),
    () => changesBetween(...large),
  );
  expect(growth).toBeLessThan(150);
});

test("a list of 100 000 ids of which few changed is short", () => {
  const ids = Array.from({ length: 100_000 }, (_, at) => `s${at}`);
  const changes = changesBetween({ ids }, { ids: [...ids.slice(2), "x"] });
  expect(changes).toEqual({
    before: { ids: { removed: ["s0", "s1"] } },
    after: { ids: { added: ["x"] } },
  });
});
