import { expect, test } from "vitest";
import { lineEndsIn } from "../../src/lib/line-ends.ts";

test.each([
  ["", 0, 0],
  ["abc", 0, 0],
  ["abc\n", 4, 1],
  ["a\nbc", 2, 1],
  ["\n\na", 2, 2],
])("%j", (text, end, lines) => expect(lineEndsIn(Buffer.from(text))).toEqual({ end, lines }));
