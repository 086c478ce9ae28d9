import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonArrayLines, jsonText } from "../../src/lib/visible-text.ts";

test("an array in pieces has the bytes of an array as a whole", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (values) => {
      expect([...jsonArrayLines(values)].join("\n")).toBe(jsonText(values, 2));
    }),
  );
});

test("each value is a piece of its own", () => {
  const text = "a\nb \u009b";
  expect([...jsonArrayLines([{ text }, [], {}, null])]).toEqual([
    "[",
    '  {\n    "text": "a\\nb \\u009b"\n  },',
    "  [],",
    "  {},",
    "  null",
    "]",
  ]);
  expect([...jsonArrayLines([])]).toEqual(["[]"]);
});
