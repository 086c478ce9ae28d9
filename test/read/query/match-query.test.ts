/** Numbers in the body: told as numbers, however they are written. */
import { expect, test } from "vitest";
import { matcherOf } from "../../../src/read/query/match-query.ts";
import { parseQuery } from "../../../src/read/query/parse-query.ts";
import { flatRecords } from "../../support/told-records.ts";

const [record] = flatRecords({
  at: 1,
  action: "pause",
  details: {
    n: 1,
    half: 0.5,
    text: "1",
    version: "1.0",
    code: "007",
    on: true,
    list: [3, 40],
    name: "a1",
  },
});

test.each([
  ["details.n:1", true],
  ["details.n:1.0", true],
  ["details.n:1e0", true],
  ["details.n:2", false],
  ["details.n:>0", true],
  ["details.n:>1", false],
  ["details.n:>=1", true],
  ["details.n:0..5", true],
  ["-details.n:0..5", false],
  ["details.half:<1", true],
  // A store may keep every value as a text.
  ["details.text:>0", true],
  ["details.text:1.0", true],
  ["details.version:1", false],
  ["details.code:7", false],
  ["details.code:007", true],
  ["details.version:1.0", true],
  ["details.list:>30", true],
  ["details.list:>40", false],
  ["details.on:true", true],
  ["details.on:>0", false],
  ["details.name:>0", false],
  ["details.none:>0", false],
])("%s", (typed, isMatch) => {
  if (record === undefined) throw new Error("there is none");
  expect(matcherOf(parseQuery(typed))(record)).toBe(isMatch);
});
