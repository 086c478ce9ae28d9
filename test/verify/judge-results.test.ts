/** Rule 16 of docs/format.md, "To verify", where only views were read. */
import { expect, test } from "vitest";
import type { Claim } from "../../src/verify/coverage.ts";
import type { Wanted } from "../../src/verify/judge-missing.ts";
import { judgeResults } from "../../src/verify/judge-results.ts";
import { createNumberSet, type NumberSet } from "../../src/lib/number-set.ts";
import type { Run } from "../../src/verify/runs.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A] = STREAMS;

/** A checkpoint that counts the records behind `begin`, up to `size`. */
function claim(
  isOwn: boolean,
  [begin, size]: readonly [number, number],
  { results = 0, from = begin, isWanted = true } = {},
): Wanted<Claim> {
  const part = { note: `${isOwn} ${begin} ${size}`, from, begin, size, isOwn, results, time: 0 };
  return { part, isWanted };
}
type Place = readonly [begin: number, size: number];
type More = Parameters<typeof claim>[2];
/** Of the process itself. */
const own = (place: Place, more?: More): Wanted<Claim> => claim(true, place, more);
/** Of an adopter. */
const lent = (place: Place, more?: More): Wanted<Claim> => claim(false, place, more);

function setOf(numbers: readonly number[]): NumberSet {
  const set = createNumberSet();
  for (const number of numbers) set.add(number);
  return set;
}

interface Case {
  readonly claims: readonly Wanted<Claim>[];
  /** Numbers of results that are proven. */
  readonly there?: readonly number[];
  readonly altered?: readonly number[];
  readonly purged?: readonly Run[];
}

/** How many of how many are lost in a place; of how many nobody can tell. */
const lost = (count: number, of: number, [first, last]: Run): readonly [string, number, Run] => [
  `${count} of ${of} results of stream ${A} between ${first} and ${last} are missing`,
  count,
  [first, last],
];
const untold = ([first, last]: Run): readonly [string, number, Run] => [
  `the checkpoint of records ${first} to ${last} of stream ${A} is missing: nobody can tell how many results were among them`,
  1,
  [first, last],
];

test.each<readonly [string, Case, readonly (readonly [string, number, Run])[]]>([
  ["no checkpoint", { claims: [], there: [1] }, []],
  ["all are there", { claims: [own([0, 3], { results: 2 })], there: [2, 3] }, []],
  ["more than were counted", { claims: [own([0, 3], { results: 1 })], there: [2, 3] }, []],
  ["one is not", { claims: [own([0, 3], { results: 2 })], there: [2] }, [lost(1, 2, [1, 3])]],
  ["none is", { claims: [own([0, 3], { results: 3 })] }, [lost(3, 3, [1, 3])]],
  ["altered ones are there", { claims: [own([0, 3], { results: 2 })], altered: [1, 3] }, []],
  [
    "one with an altered copy counts once",
    { claims: [own([0, 3], { results: 2 })], there: [2], altered: [2] },
    [lost(1, 2, [1, 3])],
  ],
  [
    "those outside of its place do not count",
    { claims: [own([0, 2]), own([2, 4], { results: 2 })], there: [2, 3, 5] },
    [lost(1, 2, [3, 4])],
  ],
  [
    "the first and the last of its place count",
    { claims: [own([0, 2]), own([2, 4], { results: 2 })], there: [3, 4] },
    [],
  ],
  [
    "what it only carries it does not count",
    { claims: [own([0, 2]), own([2, 4], { from: 0, results: 1 })], there: [1] },
    [lost(1, 1, [3, 4])],
  ],
  ["one between is not there", { claims: [own([0, 2]), own([4, 6])] }, [untold([3, 4])]],
  ["the first is not there", { claims: [own([2, 4], { from: 0 })] }, [untold([1, 2])]],
  ["what stood between was deleted", { claims: [own([0, 2]), own([4, 6])], purged: [[3, 4]] }, []],
  [
    "part of it was deleted",
    { claims: [own([0, 2]), own([6, 7])], purged: [[4, 5]] },
    [untold([3, 3]), untold([6, 6])],
  ],
  [
    "of a place of which something was deleted nothing is asked",
    {
      claims: [own([0, 4], { results: 3 }), own([4, 6], { results: 1 })],
      purged: [[2, 2]],
    },
    [lost(1, 1, [5, 6])],
  ],
  [
    "an adopter counts what comes behind",
    { claims: [own([0, 2]), lent([2, 5], { results: 2 })], there: [4] },
    [lost(1, 2, [3, 5])],
  ],
  [
    "an adopter of a stream that made no checkpoint",
    { claims: [lent([0, 3], { results: 1 })] },
    [lost(1, 1, [1, 3])],
  ],
  [
    "an adopter's word for what the process itself counted",
    { claims: [own([0, 5], { results: 1 }), lent([2, 5], { results: 9 })], there: [1] },
    [],
  ],
  [
    "an adopter who counts one record more",
    { claims: [own([0, 3]), lent([2, 4], { results: 2 })], there: [4] },
    [lost(1, 2, [3, 4])],
  ],
  [
    "an adopter in the place of one that is not there",
    { claims: [own([0, 2]), lent([2, 4]), own([4, 6])] },
    [untold([3, 4])],
  ],
  ["an adopter who leaves records out", { claims: [own([0, 2]), lent([4, 6])] }, [untold([3, 4])]],
  [
    "two adopters, of whom the larger says what the other does",
    {
      claims: [own([0, 2]), lent([2, 5], { results: 9 }), lent([2, 7], { results: 2 })],
      there: [3, 6],
    },
    [],
  ],
  [
    "two that end alike, of whom the wider says what the other does",
    {
      claims: [own([0, 2]), lent([3, 7], { results: 9 }), lent([2, 7], { results: 1 })],
      there: [4],
    },
    [],
  ],
  [
    "two of one place: the one who counted more",
    {
      claims: [lent([0, 4], { results: 1 }), lent([0, 4], { results: 3 })],
      there: [4],
    },
    [lost(2, 3, [1, 4])],
  ],
  [
    "three, of whom two together say what the third does",
    {
      claims: [
        lent([0, 4], { results: 1 }),
        lent([4, 8], { results: 1 }),
        lent([2, 6], { results: 9 }),
      ],
      there: [1, 8],
    },
    // The one in the middle is larger than the first, and comes before it.
    [lost(9, 9, [3, 6])],
  ],
  [
    "one that nobody asks for",
    {
      claims: [own([0, 3], { results: 3, isWanted: false }), own([3, 4], { results: 1 })],
    },
    [lost(1, 1, [4, 4])],
  ],
  [
    "a hole before one that nobody asks for",
    { claims: [own([2, 3], { isWanted: false }), own([5, 6])] },
    [untold([4, 5])],
  ],
])("%s", (_name, { claims, there = [], altered = [], purged = [] }, expected) => {
  for (const given of [claims, claims.toReversed()]) {
    const found: (readonly [string, number, Run])[] = [];
    const missing = judgeResults(
      {
        stream: A,
        claims: given,
        results: setOf(there),
        altered: setOf(altered),
        found(code, { message, stream, count = 0, ranges: [range = [0, 0]] = [] }) {
          expect([code, stream]).toEqual(["records_missing", A]);
          found.push([message, count, range]);
        },
      },
      purged,
    );
    expect(found.toSorted(([, , [left]], [, , [right]]) => left - right)).toEqual(expected);
    expect(missing).toBe(expected.reduce((sum, [, count]) => sum + count, 0));
  }
});
