import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addLeaves,
  auditPath,
  hashAtOnce,
  NO_LEAVES,
  type PathStep,
  type Subtrees,
} from "../../src/seal/portable.ts";
import { sha256 } from "../support/fixed-stream.ts";

const rfc6962 = JSON.parse(
  readFileSync(join(import.meta.dirname, "../vectors/seal/rfc6962.json"), "utf8"),
) as { readonly inputs: readonly string[]; readonly roots: readonly string[] };

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");
const leaves = rfc6962.inputs.map((input) =>
  sha256(Buffer.concat([Buffer.of(0), Buffer.from(input, "hex")])),
);
const subtreesOf = (of: readonly Uint8Array[]): Subtrees =>
  hashAtOnce(addLeaves(NO_LEAVES, of), sha256);

/** The path of a leaf, with everything from `from` on known one by one. */
function pathOf(
  all: readonly Uint8Array[],
  index: number,
  from = 0,
): readonly PathStep[] | undefined {
  const start = { before: subtreesOf(all.slice(0, from)), leaves: all.slice(from), index };
  return hashAtOnce(auditPath(start), sha256);
}

/** MTH of RFC 6962, section 2.1, as it is written there. */
function naiveRoot(of: readonly Uint8Array[]): Uint8Array {
  const [first] = of;
  if (of.length === 1 && first !== undefined) return first;
  const half = halfOf(of.length);
  const parts = [naiveRoot(of.slice(0, half)), naiveRoot(of.slice(half))];
  return sha256(Buffer.concat([Buffer.of(1), ...parts]));
}

/** PATH of RFC 6962, section 2.1.1, as it is written there. */
function naivePath(index: number, of: readonly Uint8Array[]): readonly Uint8Array[] {
  if (of.length === 1) return [];
  const half = halfOf(of.length);
  return index < half
    ? [...naivePath(index, of.slice(0, half)), naiveRoot(of.slice(half))]
    : [...naivePath(index - half, of.slice(half)), naiveRoot(of.slice(0, half))];
}

function halfOf(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/** RFC 9162, section 2.1.3.2: another way to get from a leaf to the root, which needs no sides. */
function rootFrom(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]) {
  let [at, last, reached] = [index, size - 1, leaf];
  for (const sibling of path) {
    const isRight = at % 2 === 1 || at === last;
    const pair = isRight ? [sibling, reached] : [reached, sibling];
    reached = sha256(Buffer.concat([Buffer.of(1), ...pair]));
    if (isRight) while (at % 2 === 0 && at > 0) [at, last] = [at / 2, Math.floor(last / 2)];
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return reached;
}

/**
 * Audit paths over the inputs of Certificate Transparency, as its reference tests have them
 * (merkle_tree_test.cc): leaf counted from 1, size, hashes in hex from the leaf upward.
 */
const REFERENCE: readonly (readonly [leaf: number, size: number, path: readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    6,
    8,
    [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
  [
    2,
    5,
    [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];

test.each(REFERENCE)("the reference path of leaf %i in a tree of %i", (leaf, size, path) => {
  const found = pathOf(leaves.slice(0, size), leaf - 1);
  expect(found?.map(({ sibling }) => hex(sibling))).toEqual(path);
  expect(hex(found?.at(-1)?.joined ?? leaves[0])).toBe(rfc6962.roots[size - 1]);
});

describe("every leaf of every tree, with the leaves known from any place on", () => {
  const all = Array.from({ length: 21 }, (_, at) => sha256(`leaf ${at}`));
  test.each(all.map((_, at) => at + 1))("size %i", (size) => {
    const tree = all.slice(0, size);
    for (let from = 0; from < size; from++) {
      for (let index = from; index < size; index++) {
        const path = pathOf(tree, index, from) ?? [];
        const siblings = path.map(({ sibling }) => hex(sibling));
        expect(siblings).toEqual(naivePath(index, tree).map(hex));
        expect(hex(path.at(-1)?.joined ?? tree[0])).toBe(hex(naiveRoot(tree)));
      }
    }
  });
});

test("the steps lead to the root by the way of RFC 9162 as well", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(), (size, one, other) => {
      const tree = Array.from({ length: size }, (_, at) => sha256(`${at}`));
      const from = one % size;
      const index = from + (other % (size - from));
      const path = pathOf(tree, index, from) ?? [];
      const siblings = path.map(({ sibling }) => sibling);
      const leaf = tree[index] ?? new Uint8Array();
      expect(hex(rootFrom(leaf, index, size, siblings))).toBe(hex(naiveRoot(tree)));
    }),
    { numRuns: 50 },
  );
});

test.each([
  ["a leaf that is folded into a subtree", 2],
  ["a leaf behind the last one", 5],
  ["a place below zero", -1],
  ["half a place", 3.5],
  ["no place", Number.NaN],
])("%s has no path", (_name, index) => {
  expect(pathOf(leaves.slice(0, 5), index, 3)).toBeUndefined();
});

test("subtrees that are not as many as their size asks for lead nowhere", () => {
  const before = { size: 3, roots: subtreesOf(leaves.slice(0, 3)).roots.slice(0, 1) };
  const start = { before, leaves: leaves.slice(3, 5), index: 4 };
  expect(hashAtOnce(auditPath(start), sha256)).toBeUndefined();
  expect(hashAtOnce(auditPath({ ...start, index: 3 }), sha256)).toBeUndefined();
});
