import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/lib/canonical-json.ts";

describe("RFC 8785", () => {
  test("section 3.2.2: numbers, texts and literals", () => {
    const value: unknown = JSON.parse(
      String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
    );
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });
  test("section 3.2.3: names by UTF-16 units", () => {
    const value: unknown = JSON.parse(
      String.raw`{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}`,
    );
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });
  test.each([
    [0, "0"],
    [-0, "0"],
    [5e-324, "5e-324"],
    [-1.7976931348623157e308, "-1.7976931348623157e+308"],
    [9007199254740992, "9007199254740992"],
    [295147905179352830000, "295147905179352830000"],
    [9.999999999999997e22, "9.999999999999997e+22"],
    [1e21, "1e+21"],
    [999999999999999900000, "999999999999999900000"],
    [1e-7, "1e-7"],
    [0.000001, "0.000001"],
  ])("appendix B: %s", (value, text) => expect(canonicalJson(value)).toBe(text));
});

test.each([
  ["an empty list", [], "[]"],
  ["an empty map", {}, "{}"],
  ["a list of texts", ["b", "a"], '["b","a"]'],
  ["a list of null", [null, 1], "[null,1]"],
  ["a list of a map", [1, { b: 1, a: [] }], '[1,{"a":[],"b":1}]'],
  ["a list in a list", [["b"], { z: { y: 1, x: 2 } }], '[["b"],{"z":{"x":2,"y":1}}]'],
  ["names that look like numbers", { 10: 1, 9: 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
  ["a text", "\u2028/\u007f", '"\u2028/\u007f"'],
])("%s", (_name, value, text) => expect(canonicalJson(value)).toBe(text));

test("one form for each value, in whatever order its names came", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = canonicalJson(value);
      const again: unknown = JSON.parse(text);
      expect(again).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(again))).toBe(text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, item]) => [name, reversed(item)]),
  );
}
