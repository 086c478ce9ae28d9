import fc from "fast-check";
import { expect, test } from "vitest";
import { createLeafQueue } from "../../src/seal/leaf-queue.ts";

/** A leaf that can be told from all others. */
function leafOf(number: number): Uint8Array {
  const leaf = new Uint8Array(32);
  new DataView(leaf.buffer).setUint32(28, number);
  return leaf;
}

test("gives leaves in the order in which they came, whatever is taken between", () => {
  const step = fc.record({ push: fc.nat(700), drop: fc.nat(700), look: fc.nat(700) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const queue = createLeafQueue();
      let expected: { leaf: Uint8Array; isResult: boolean }[] = [];
      let number = 0;
      for (const { push, drop, look } of steps) {
        for (let done = 0; done < push; done++) {
          const entry = { leaf: leafOf(++number), isResult: number % 3 === 0 };
          expected.push(entry);
          queue.push(entry.leaf, entry.isResult);
        }
        queue.drop(drop);
        expected = expected.slice(drop);
        expect(queue.length()).toBe(expected.length);
        const first = expected.slice(0, look);
        const { leaves, results } = queue.first(look);
        expect(leaves.map((leaf) => [...leaf])).toEqual(first.map(({ leaf }) => [...leaf]));
        expect(results).toBe(first.filter(({ isResult }) => isResult).length);
      }
    }),
    { numRuns: 50 },
  );
});

test("keeps a copy: what the caller does with the leaf later is nobody's business", () => {
  const queue = createLeafQueue();
  const leaf = leafOf(1);
  queue.push(leaf, true);
  leaf.fill(0);
  expect(queue.first(9)).toEqual({ leaves: [leafOf(1)], results: 1 });
});
