/** What is covered, by which checkpoint, and with which leaves: held against a list of places. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Claim, createCoverage } from "../../src/verify/coverage.ts";

/** The leaf of a record, as it was signed. */
const leafOf = (sequence: number): Uint8Array => new Uint8Array(32).fill(sequence);
/** Those from one place to another; the last byte of one of them may be changed. */
function leavesOf({ from, size }: Pick<Claim, "from" | "size">, changed?: number): Uint8Array {
  const leaves = new Uint8Array((size - from) * 32);
  for (let at = from; at < size; at++) leaves.set(leafOf(at + 1), (at - from) * 32);
  if (changed !== undefined) leaves[(changed - from) * 32 - 1] = 255;
  return leaves;
}
function claim([from, begin, size]: readonly [number, number, number], isOwn = true): Claim {
  const note = `${isOwn} ${from} ${begin} ${size}`;
  return { note, from, begin, size, isOwn, results: 0, time: from * 10_000 + begin * 100 + size };
}
const anyClaim: fc.Arbitrary<Claim> = fc
  .tuple(fc.nat(12), fc.nat(4), fc.integer({ min: 1, max: 5 }), fc.boolean())
  .map(([from, carried, counted, isOwn]) =>
    claim([from, from + carried, from + carried + counted], isOwn),
  );

/** The checkpoint whose time counts at a place: own ones come first, then what is carried. */
function counting(claims: readonly Claim[], at: number): Claim | undefined {
  const counts = claims.filter(({ begin, size }) => begin < at && at <= size);
  const carries = claims.filter(({ from, begin }) => from < at && at <= begin);
  return counts.find(({ isOwn }) => isOwn) ?? counts[0] ?? carries[0];
}

test("whatever came in which order", () => {
  fc.assert(
    fc.property(fc.array(anyClaim, { maxLength: 8 }), anyClaim, (all, next) => {
      const coverage = createCoverage();
      const known = new Map<string, Claim>();
      for (const one of all) {
        expect(coverage.agrees(one, leavesOf(one))).toBe(true);
        coverage.add(one, leavesOf(one));
        if (!known.has(one.note)) known.set(one.note, one);
      }
      const claims = [...known.values()];
      for (let at = 1; at <= 25; at++) {
        const covering = claims.filter(({ from, size }) => from < at && at <= size);
        const range = coverage.of(at);
        expect(range?.isOwn).toBe(
          covering.length === 0 ? undefined : covering.some(({ isOwn }) => isOwn),
        );
        if (range !== undefined) {
          expect(range.from < at && at <= range.size).toBe(true);
          const place = (at - range.from - 1) * 32;
          expect(range.leaves?.slice(place, place + 32)).toEqual(leafOf(at));
          expect(range.leaves).toHaveLength((range.size - range.from) * 32);
        }
        const parts = coverage.parts().filter(({ from, size }) => from < at && at <= size);
        expect(parts.map(({ time }) => time)).toEqual(
          counting(claims, at) === undefined ? [] : [counting(claims, at)?.time],
        );
        if (next.from < at && at <= next.size)
          expect(coverage.agrees(next, leavesOf(next, at))).toBe(covering.length === 0);
      }
      const begins = coverage.claims().map(({ begin }) => begin);
      expect(begins).toEqual(begins.toSorted((left, right) => left - right));
      expect(coverage.claims()).toHaveLength(claims.length);
      const froms = coverage.parts().map(({ from }) => from);
      expect(froms).toEqual(froms.toSorted((left, right) => left - right));
    }),
    { numRuns: 300 },
  );
});

describe("what was compared may be forgotten", () => {
  /** Two checkpoints, of which the first was forgotten. */
  function forgotten(): ReturnType<typeof createCoverage> {
    const coverage = createCoverage();
    for (const one of [claim([0, 0, 4]), claim([4, 4, 8])]) coverage.add(one, leavesOf(one));
    const range = coverage.of(1);
    if (range === undefined) throw new Error("it is not covered");
    range.leaves = undefined;
    return coverage;
  }
  test.each<readonly [string, readonly [number, number, number], boolean]>([
    ["none of it is carried", [4, 4, 8], false],
    ["it is carried up to its end", [2, 4, 8], false],
    ["it is carried, and begins before its end", [2, 3, 8], true],
    ["it is carried, and begins behind its end", [2, 5, 8], true],
    ["it ends where it ended", [1, 2, 4], false],
    ["it ends before", [1, 2, 3], true],
    ["it is the one that was forgotten", [0, 0, 4], false],
    ["it carries what is still known", [5, 6, 9], false],
    ["it carries nothing of either", [8, 8, 9], false],
  ])("%s", (_name, place, isForgotten) => {
    expect(forgotten().hasForgotten(claim(place))).toBe(isForgotten);
  });
  test("what an adopter carries is asked for too", () => {
    expect(forgotten().hasForgotten(claim([2, 3, 8], false))).toBe(true);
  });
  test("what is forgotten agrees with everything; the rest does not", () => {
    const coverage = forgotten();
    const next = claim([2, 4, 9]);
    expect(coverage.agrees(next, leavesOf(next, 3))).toBe(true);
    expect(coverage.agrees(next, leavesOf(next, 5))).toBe(false);
  });
});

test("leaves are kept as they were, whatever becomes of those that were given", () => {
  const coverage = createCoverage();
  const one = claim([0, 0, 2]);
  const leaves = leavesOf(one);
  coverage.add(one, leaves);
  leaves.fill(0);
  expect(coverage.of(2)?.leaves).toEqual(leavesOf(one));
  expect(coverage.of(2)).toMatchObject({ from: 0, size: 2, end: 2, seen: 0, isOwn: true });
});
