import { expect, test } from "vitest";
import { remembered } from "../../src/lib/remembered.ts";

/** What was asked for, in the end. */
function asked(keys: readonly string[], answer: string | number | boolean | null = 1): string {
  let all = "";
  const of = remembered(3, (key: string) => {
    all += key;
    return answer;
  });
  for (const key of keys) expect(of(key)).toBe(answer);
  return all;
}

test.each([
  ["", ""],
  ["aab", "ab"],
  ["abcabcab", "abc"],
  ["abcdd", "abcd"],
  ["abcda", "abcda"],
  ["abcdabcd", "abcdabcd"],
  ["abcdadb", "abcdab"],
])("of %s it is asked for %s", (keys, expected) => expect(asked(Array.from(keys))).toBe(expected));

test.each([0, "", false, null])("%j is an answer", (answer) => {
  expect(asked(["a", "a"], answer)).toBe("a");
});

test("an error is none", () => {
  let isWrong = true;
  const of = remembered(1, (key: string) => {
    if (isWrong) throw new Error(key);
    return key;
  });
  expect(() => of("a")).toThrow("a");
  isWrong = false;
  expect(of("a")).toBe("a");
});
