import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addLeaves,
  areSubtrees,
  hashAtOnce,
  NO_LEAVES,
  rootOf,
  type Subtrees,
} from "../../src/seal/tree.ts";
import { sha256 } from "../support/fixed-stream.ts";

const rfc6962 = JSON.parse(
  readFileSync(join(import.meta.dirname, "../vectors/seal/rfc6962.json"), "utf8"),
) as { readonly inputs: readonly string[]; readonly roots: readonly string[] };

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");
const leafOf = (input: string): Uint8Array =>
  sha256(Buffer.concat([Buffer.of(0), Buffer.from(input, "hex")]));
const added = (before: Subtrees, leaves: readonly Uint8Array[]): Subtrees =>
  hashAtOnce(addLeaves(before, leaves), sha256);
const rootHex = (subtrees: Subtrees): string => hex(hashAtOnce(rootOf(subtrees), sha256));

/** RFC 6962, section 2.1, as it is written there. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (leaves.length === 1 && first !== undefined) return first;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  const parts = [naiveRoot(leaves.slice(0, half)), naiveRoot(leaves.slice(half))];
  return sha256(Buffer.concat([Buffer.of(1), ...parts]));
}

describe("RFC 6962: the inputs and roots of Certificate Transparency", () => {
  const leaves = rfc6962.inputs.map(leafOf);
  test("there are eight", () => expect(leaves).toHaveLength(8));
  test.each(rfc6962.roots.map((root, at) => [at + 1, root] as const))("size %i", (size, root) => {
    expect(rootHex(added(NO_LEAVES, leaves.slice(0, size)))).toBe(root);
    expect(hex(naiveRoot(leaves.slice(0, size)))).toBe(root);
    let oneByOne = NO_LEAVES;
    for (const leaf of leaves.slice(0, size)) oneByOne = added(oneByOne, [leaf]);
    expect(rootHex(oneByOne)).toBe(root);
    expect(oneByOne.size).toBe(size);
  });
});

test("no leaf, no root", () => {
  expect(hashAtOnce(rootOf(NO_LEAVES), sha256)).toBeUndefined();
  expect(added(NO_LEAVES, [])).toEqual({ size: 0, roots: [] });
});

test("no leaf added: the same subtrees", () => {
  const five = added(NO_LEAVES, ["00", "01", "02", "03", "04"].map(leafOf));
  expect(added(five, [])).toEqual(five);
});

test("the subtrees are complete, the largest on the left", () => {
  const leaves = Array.from({ length: 11 }, (_, at) => leafOf(at.toString(16).padStart(2, "0")));
  const { size, roots } = added(NO_LEAVES, leaves);
  expect(size).toBe(11);
  expect(roots.map(hex)).toEqual(
    [leaves.slice(0, 8), leaves.slice(8, 10), leaves.slice(10)].map((part) => hex(naiveRoot(part))),
  );
});

test("leaves added in any pieces lead to the root of RFC 6962", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 70 }), { maxLength: 8 }), (pieces) => {
      const leaves: Uint8Array[] = [];
      let subtrees = NO_LEAVES;
      for (const length of pieces) {
        const piece = Array.from({ length }, (_, at) => sha256(`${leaves.length + at}`));
        subtrees = added(subtrees, piece);
        leaves.push(...piece);
        expect(subtrees.size).toBe(leaves.length);
        expect(areSubtrees(subtrees)).toBe(true);
        if (leaves.length > 0) expect(rootHex(subtrees)).toBe(hex(naiveRoot(leaves)));
      }
    }),
  );
});

test("what was given is not changed", () => {
  const before = added(NO_LEAVES, [leafOf("00"), leafOf("01"), leafOf("02")]);
  const roots = [...before.roots];
  const leaves = [leafOf("03"), leafOf("04")];
  added(before, leaves);
  expect(before).toEqual({ size: 3, roots });
  expect(leaves).toHaveLength(2);
});

describe("areSubtrees", () => {
  const root = new Uint8Array(32);
  test.each([
    ["none of none", 0, [], true],
    ["one of one", 1, [root], true],
    ["one of two", 2, [root], true],
    ["two of three", 3, [root, root], true],
    ["three of seven", 7, [root, root, root], true],
    ["two of 2^40 + 1", 2 ** 40 + 1, [root, root], true],
    ["none of one", 1, [], false],
    ["one of none", 0, [root], false],
    ["two of two", 2, [root, root], false],
    ["one of three", 3, [root], false],
    ["a negative size", -1, [], false],
    ["half a leaf", 0.5, [root], false],
    ["no number", Number.NaN, [], false],
    ["more than a number can count", 2 ** 53, [root], false],
    ["a root of 31 bytes", 3, [root, root.slice(1)], false],
    ["a root of 33 bytes", 1, [new Uint8Array(33)], false],
    ["an empty root", 1, [new Uint8Array()], false],
  ])("%s", (_name, size, roots, isRight) => {
    expect(areSubtrees({ size, roots })).toBe(isRight);
  });
});

test("hashes are asked for a level at a time", () => {
  const leaves = Array.from({ length: 8 }, (_, at) => leafOf(`0${at}`));
  const asked: number[] = [];
  const hashing = addLeaves(NO_LEAVES, leaves);
  for (let step = hashing.next(); step.done !== true;) {
    asked.push(step.value.length);
    for (const input of step.value) expect([input.length, input[0]]).toEqual([65, 1]);
    step = hashing.next(step.value.map(sha256));
  }
  expect(asked).toEqual([4, 2, 1]);
});
