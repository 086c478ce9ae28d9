import { describe, expect, test } from "vitest";
import { median, percentile, range } from "./statistics.ts";

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  test.each([
    [0, 1],
    [0.01, 1],
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])("%d of 1 to 100 is %d", (share, value) => expect(percentile(hundred, share)).toBe(value));
  test("of one value it is that value", () => expect(percentile([7], 0.99)).toBe(7));
  test("of no values it is NaN", () => expect(percentile([], 0.5)).toBeNaN());
});

describe("median", () => {
  test("odd", () => expect(median([10, 9, 2])).toBe(9));
  test("even", () => expect(median([10, 9, 2, 1])).toBe(5.5));
  test("none", () => expect(median([])).toBeNaN());
});

describe("range", () => {
  test("by value, not by text", () => expect(range([10, 9, 100])).toEqual([9, 100]));
  test("none", () => expect(range([])).toEqual([Number.NaN, Number.NaN]));
});
