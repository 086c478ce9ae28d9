/** Texts that say no more than their parsed values: none of them says a name twice or a number inexactly. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { doubtsOfJson } from "../../src/read/json-doubts.ts";
import { isPlainText } from "../../src/read/plain-text.ts";

const LEVELS = 8;

function isPlain(text: string): boolean {
  return isPlainText(text, JSON.parse(text), LEVELS);
}

describe("a text that says no more than its value", () => {
  test.each<readonly [what: string, text: string, isPlain: boolean]>([
    ["small numbers", '{"before":{"rate":0.001},"after":{"rate":0.0001}}', true],
    ["many of them", `[${Array.from({ length: 20 }, () => "0.00001").join(",")}]`, true],
    ["whole thousands", '{"steps":[1000,2000,3000000]}', true],
    ["all digits of a number", "[0.30000000000000004,0.1]", true],
    ["an exponent where ECMAScript writes one", '{"rate":1e-7}', true],
    ["a number that is read as another one", "[0.30000000000000005,0.1]", false],
    ["the same behind a short one", '{"a":1e-3,"b":1.2345678901234501}', false],
    ["an exponent", '{"rate":1e-3}', false],
    ["a name twice behind short numbers", '[1e-5,{"a":1,"a":0.1},1e-5]', false],
    ["an empty name twice behind short numbers", '[1e-5,{"":1,"":0},1e-5]', false],
    ["a space", '{"a": 1}', false],
    ["an escape", '{"a":"\\u0041"}', false],
    ["too many levels", "[[[[[[[[[]]]]]]]]]", false],
  ])("%s", (_, text, expected) => {
    expect(isPlain(text)).toBe(expected);
  });

  test("says nothing twice, and no number inexactly", () => {
    fc.assert(
      fc.property(texts().value, (text) => {
        if (isPlain(text)) expect(doubtsOfJson(text)).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });
});

/** JSON texts with names that stand twice, and numbers in all their forms. */
function texts(): { value: fc.Arbitrary<string> } {
  return fc.letrec<{ value: string; list: string; map: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("0.001", "1e-3", "1e-5", "0.00001", "2e3", "2000", "3e6", "0.1", "1", "10"),
      fc.constantFrom("0.30000000000000004", "0.30000000000000005", "1.2345678901234501", '"x"'),
      tie("list"),
      tie("map"),
    ),
    list: fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
    map: fc
      .array(fc.tuple(fc.constantFrom("", "a", "b", "ab"), tie("value")), { maxLength: 4 })
      .map((members) => `{${members.map(([name, text]) => `"${name}":${text}`).join(",")}}`),
  }));
}
