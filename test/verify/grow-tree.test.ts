/** Trees that are remembered are those that follow from what is given, and nothing else is. */
import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../src/lib/base64.ts";
import { addLeaves, hashAtOnce, NO_LEAVES, type Subtrees } from "../../src/seal/portable.ts";
import { createTreeGrower } from "../../src/verify/grow-tree.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { sha256 } from "../support/fixed-stream.ts";

const leaf = (name: string | number): Uint8Array => sha256(`leaf ${name}`);
const text = (name: string | number): string => toBase64Url(leaf(name));
const treeOf = (...names: readonly (string | number)[]): Subtrees =>
  hashAtOnce(addLeaves(NO_LEAVES, names.map(leaf)), sha256);
/** The tree, with another last byte of its last root. */
function withOtherEnd({ size, roots }: Subtrees): Subtrees {
  const last = Uint8Array.from(roots.at(-1) ?? []);
  last[31] = (last[31] ?? 0) ^ 1;
  return { size, roots: [...roots.slice(0, -1), last] };
}
const TEXTS = [1, 2, 3].map(text);

/** A grower, and how often it asked for hashes. */
function counting(): {
  readonly grow: ReturnType<typeof createTreeGrower>["grow"];
  readonly asked: () => number;
} {
  const crypto = createNodeCrypto();
  let asked = 0;
  const grower = createTreeGrower({
    ...crypto,
    hashBytes(inputs) {
      asked++;
      return crypto.hashBytes(inputs);
    },
  });
  return { grow: grower.grow, asked: () => asked };
}

const hexOf = (tree: Subtrees | undefined): object => ({
  size: tree?.size,
  roots: tree?.roots.map((root) => Buffer.from(root).toString("hex")),
});
/** What a tree grows to, by the rules of RFC 6962 alone. */
const grown = (before: Subtrees, names: readonly (string | number)[]): object =>
  hexOf(hashAtOnce(addLeaves(before, names.map(leaf)), sha256));

test("the same leaves behind the same subtrees are hashed once", async () => {
  const { grow, asked } = counting();
  const first = await grow(treeOf("a", "b", "c"), TEXTS);
  const once = asked();
  expect(once).toBeGreaterThan(0);
  const second = await grow(treeOf("a", "b", "c"), [...TEXTS]);
  expect(asked()).toBe(once);
  expect(hexOf(second?.after)).toEqual(grown(treeOf("a", "b", "c"), [1, 2, 3]));
  expect([first, second].map((one) => one?.leaves.map(toBase64Url))).toEqual([TEXTS, TEXTS]);
});

describe("behind a tree that is remembered", () => {
  test.each<readonly [string, Subtrees, readonly (string | number)[]]>([
    ["another one of its size", treeOf("x", "y", "z"), [1, 2, 3]],
    ["one with another last root", treeOf("a", "b", "z"), [1, 2, 3]],
    ["one with another first root", treeOf("a", "y", "c"), [1, 2, 3]],
    ["one with as many roots, and more leaves", treeOf("a", "b", "c", "d", "e"), [1, 2, 3]],
    ["one whose last root has another last byte", withOtherEnd(treeOf("a", "b", "c")), [1, 2, 3]],
    ["one with its first root alone", treeOf("a", "b"), [1, 2, 3]],
    ["one with more roots behind the same", treeOf("a", "b", "c", "d", "e", "f", "g"), [1, 2, 3]],
    ["none", NO_LEAVES, [1, 2, 3]],
    ["more leaves", treeOf("a", "b", "c"), [1, 2, 3, 4]],
    ["fewer leaves", treeOf("a", "b", "c"), [1, 2]],
    ["another leaf in the middle", treeOf("a", "b", "c"), [1, 9, 3]],
    ["another last leaf", treeOf("a", "b", "c"), [1, 2, 9]],
    ["another first leaf", treeOf("a", "b", "c"), [9, 2, 3]],
    ["no leaf", treeOf("a", "b", "c"), []],
  ])("%s is grown by itself", async (_name, before, names) => {
    const { grow } = counting();
    await grow(treeOf("a", "b", "c"), TEXTS);
    const other = await grow(before, names.map(text));
    expect(hexOf(other?.after)).toEqual(grown(before, names));
    expect(other?.leaves.map(toBase64Url)).toEqual(names.map(text));
  });

  test("a size that its roots are not of is another tree", async () => {
    const { grow } = counting();
    const { roots } = treeOf("a", "b");
    await grow({ size: 2, roots }, TEXTS);
    const other = await grow({ size: 4, roots }, TEXTS);
    expect(hexOf(other?.after)).toEqual(grown({ size: 4, roots }, [1, 2, 3]));
  });
});

test("sixteen are remembered, and the oldest is forgotten", async () => {
  const { grow, asked } = counting();
  const at = async (number: number): Promise<boolean> => {
    const before = asked();
    await grow(NO_LEAVES, [text(`first of ${number}`), text("second")]);
    return asked() > before;
  };
  for (let number = 0; number < 16; number++) expect(await at(number)).toBe(true);
  for (let number = 0; number < 16; number++) expect(await at(number)).toBe(false);
  expect(await at(16)).toBe(true);
  expect(await at(1)).toBe(false);
  expect(await at(0)).toBe(true);
});

test("what has another tree behind the same first leaf is the newest again", async () => {
  const { grow, asked } = counting();
  const at = (number: number, second: string): Promise<unknown> =>
    grow(NO_LEAVES, [text(`first of ${number}`), text(second)]);
  for (let number = 0; number < 16; number++) await at(number, "a");
  await at(0, "b");
  await at(16, "a");
  const before = asked();
  await at(0, "b");
  expect(asked()).toBe(before);
});

test.each([
  ["no base64", ["?"]],
  ["31 bytes", [toBase64Url(new Uint8Array(31))]],
  ["33 bytes", [text(1), toBase64Url(new Uint8Array(33))]],
])("a leaf of %s is none", async (_name, texts) => {
  expect(await counting().grow(NO_LEAVES, texts)).toBeUndefined();
});
