import fc from "fast-check";
import { expect, test } from "vitest";
import { createNumberSet } from "../../src/lib/number-set.ts";

test("says of every number what a set says, also at the ends of bytes and pages", () => {
  const number = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.constantFrom(7, 8, 127, 128, 255, 256, 65_535, 65_536, 65_537, 131_071, 2 ** 53 - 1),
  );
  fc.assert(
    fc.property(fc.array(number, { maxLength: 60 }), number, (numbers, other) => {
      const set = createNumberSet();
      const model = new Set<number>();
      expect(set.has(other)).toBe(false);
      for (const one of numbers) {
        expect(set.add(one)).toBe(!model.has(one));
        model.add(one);
      }
      for (const one of [...numbers, other]) expect(set.has(one)).toBe(model.has(one));
    }),
  );
});
