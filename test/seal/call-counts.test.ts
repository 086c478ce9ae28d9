import { expect, test } from "vitest";
import { createCallCounts } from "../../src/seal/call-counts.ts";

test("only what has changed since it was told", () => {
  const [a, b] = [
    { method: "a", handled: 1, recorded: 1 },
    { method: "b", handled: 2, recorded: 0 },
  ];
  let totals = [a];
  const counts = createCallCounts(() => totals);
  expect(counts.changed()).toEqual([a]);
  // Not told yet: still to be told.
  expect(counts.changed()).toEqual([a]);
  counts.told([a]);
  expect(counts.changed()).toEqual([]);
  totals = [a, b];
  expect(counts.changed()).toEqual([b]);
  counts.told([b]);
  const [handled, recorded] = [
    { ...a, handled: 2 },
    { ...b, recorded: 1 },
  ];
  totals = [handled, b];
  expect(counts.changed()).toEqual([handled]);
  totals = [a, recorded];
  expect(counts.changed()).toEqual([recorded]);
});
