import fc from "fast-check";
import { expect, test } from "vitest";
import { type BodyMap, changeBetween, normaliseMap } from "../../src/event/index.ts";

test.each<[name: string, before: BodyMap | undefined, after: BodyMap | undefined, change: object]>([
  ["nothing given", undefined, undefined, {}],
  ["only after", undefined, { a: 1 }, { after: { a: 1 } }],
  ["only before", { a: 1 }, undefined, { before: { a: 1 } }],
  ["no difference", { a: 1, b: [1] }, { a: 1, b: [1] }, { before: {}, after: {} }],
  ["one field", { a: 1, b: 2 }, { a: 1, b: 3 }, { before: { b: 2 }, after: { b: 3 } }],
  ["a field added", { a: 1 }, { a: 1, b: 2 }, { before: {}, after: { b: 2 } }],
  ["a field removed", { a: 1, b: 2 }, { a: 1 }, { before: { b: 2 }, after: {} }],
  [
    "a nested field",
    { m: { x: 1, y: 1 } },
    { m: { x: 1, y: 2 } },
    { before: { m: { y: 1 } }, after: { m: { y: 2 } } },
  ],
  [
    "lists as a whole",
    { l: [1, 2] },
    { l: [1, 3] },
    { before: { l: [1, 2] }, after: { l: [1, 3] } },
  ],
  ["lists of maps that agree", { l: [{ a: [1] }] }, { l: [{ a: [1] }] }, { before: {}, after: {} }],
  ["a map and a scalar", { a: { b: 1 } }, { a: 1 }, { before: { a: { b: 1 } }, after: { a: 1 } }],
  ["1 and its text", { a: 1 }, { a: "1" }, { before: { a: 1 }, after: { a: "1" } }],
  ["null and absent", { a: null }, {}, { before: { a: null }, after: {} }],
  ["a field that objects inherit", { toString: 1 }, {}, { before: { toString: 1 }, after: {} }],
])("%s", (_name, before, after, change) => expect(changeBetween(before, after)).toEqual(change));

const map = fc
  .dictionary(fc.constantFrom("a", "b", "c"), fc.jsonValue({ maxDepth: 3 }))
  .map((value) => normaliseMap(value));

test("a state does not differ from itself, and what differs differs both ways", () => {
  fc.assert(
    fc.property(map, map, (left, right) => {
      expect(changeBetween(left, structuredClone(left))).toEqual({ before: {}, after: {} });
      const change = changeBetween(left, right);
      expect(changeBetween(right, left)).toEqual({ before: change.after, after: change.before });
    }),
  );
});
