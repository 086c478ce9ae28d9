/** One of a thing is said as one. */
import { expect, test } from "vitest";
import { allOf, counted, verbFor } from "../../src/lib/counted.ts";

test.each([
  [0, "0 lines are no records", "all 0 records"],
  [1, "1 line is no record", "the only record"],
  [2, "2 lines are no records", "all 2 records"],
])("%i", (count, lines, records) => {
  expect(`${counted(count, "line")} ${verbFor(count, "is no record")}`).toBe(lines);
  expect(allOf(count, "record")).toBe(records);
});
