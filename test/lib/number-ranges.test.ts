import fc from "fast-check";
import { expect, test } from "vitest";
import { createNumberRanges } from "../../src/lib/number-ranges.ts";

test("holds what was added, as few ranges, and reads its own list back", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 })), (numbers) => {
      const ranges = createNumberRanges();
      for (const number of numbers) ranges.add(number);
      const set = new Set(numbers);
      const again = createNumberRanges(ranges.list().toReversed());
      for (let number = 0; number <= 41; number++) {
        expect(ranges.has(number)).toBe(set.has(number));
        expect(again.has(number)).toBe(set.has(number));
      }
      const runs = [...set].filter((number) => !set.has(number - 1)).length;
      expect(ranges.list()).toHaveLength(runs);
    }),
  );
});

test("ranges that overlap are made one", () => {
  const ranges = createNumberRanges([
    [5, 9],
    [1, 6],
    [10, 12],
    [20, 20],
  ]);
  expect(ranges.list()).toEqual([
    [1, 12],
    [20, 20],
  ]);
});
