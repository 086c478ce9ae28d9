import { expect, test } from "vitest";
import { encodeJsonLine, startOfGlued } from "../../src/format/index.ts";
import { growthOf } from "../support/growth.ts";
import { resultRecord } from "../support/records.ts";

const nested = {
  ...resultRecord("AbCdEfGhIjKlMnOp", 2),
  body: { after: { timestamp: 1, of: {} } },
};
const line = encodeJsonLine(nested);

test.each([
  ["an intact line", "", 0],
  ["the rest of a line", line.slice(0, 100), 100],
  [
    "the rest of a line that ends in an object of its own",
    '{"timestamp":"x","details":{"a":{"timestamp":2}',
    47,
  ],
])("%s, and then a record whose details hold a timestamp", (_name, rest, at) => {
  expect(line.lastIndexOf('{"timestamp":')).toBeGreaterThan(0);
  expect(startOfGlued(rest + line)).toBe(at);
});

test("what holds no whole record is left as it is", () => {
  expect(startOfGlued(`{"timestamp":"x","details":{"timestamp":2}`)).toBe(0);
});

test("a line of nothing but starts costs no square of its length", () => {
  const starts = (count: number): string => '{"timestamp":'.repeat(count);
  expect(startOfGlued(starts(10))).toBe(0);
  const [small, large] = [starts(20_000), starts(200_000)];
  expect(
    growthOf(
      () => startOfGlued(small),
      () => startOfGlued(large),
    ),
  ).toBeLessThan(40);
});
