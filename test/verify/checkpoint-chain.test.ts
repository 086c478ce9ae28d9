/** Which checkpoints of a stream can stand beside each other, and which is its end. */
import { describe, expect, test } from "vitest";
import type { SoundCheckpoint } from "../../src/verify/check-checkpoint.ts";
import { createCheckpointChain } from "../../src/verify/checkpoint-chain.ts";
import { rootBytes, rootOf, sound, type SoundParts } from "../support/sound-checkpoint.ts";

function chainOf(...known: readonly SoundCheckpoint[]): ReturnType<typeof createCheckpointChain> {
  const chain = createCheckpointChain();
  for (const one of known) {
    expect(chain.problemOf(one)).toBeUndefined();
    chain.add(one);
  }
  return chain;
}
const adopted = (number: number, parts: SoundParts = {}): SoundCheckpoint =>
  sound(number, { state: "adopted", ...parts });

describe("why one cannot stand beside those that are known", () => {
  const NOT_FIRST = "it opens the stream, and is not the first one";
  const NO_OPENING = "it is the first one, and does not open the stream";
  const OTHER_NAME = "checkpoint 3 does not name checkpoint 2 as the one before";
  const OTHER_TREE = "checkpoint 3 does not continue the tree of checkpoint 2";
  const TWO_TREES = "there are two trees of 20 records";
  const CLOSED = "checkpoint 2 has closed the stream, and there is a checkpoint 3";
  const two = [sound(1), sound(2)];
  test.each<readonly [string, readonly SoundCheckpoint[], SoundCheckpoint, string | undefined]>([
    ["the next one", two, sound(3), undefined],
    ["one that was there", two, sound(2), undefined],
    ["one with others missing between", two, sound(5), undefined],
    ["the one before, later", [sound(2)], sound(1), undefined],
    ["the first, that does not open", [], sound(1, { state: "run" }), NO_OPENING],
    ["the first, behind records", [], sound(1, { begin: 1, from: 0 }), NO_OPENING],
    ["the first, that names one before", [], sound(1, { previous: "n0" }), NO_OPENING],
    ["a later one that opens", [], sound(2, { state: "open" }), NOT_FIRST],
    ["a later one that names none before", [], sound(2, { previous: undefined }), NOT_FIRST],
    ["a second of one number", two, sound(2, { noteHash: "x" }), "there are two checkpoints 2"],
    ["another key", two, sound(3, { key: 1 }), "it is signed with another key than the one before"],
    ["another one before", two, sound(3, { previous: "x" }), OTHER_NAME],
    ["another one behind", [sound(3)], sound(2, { noteHash: "x" }), OTHER_NAME],
    [
      "another place, with the right tree",
      two,
      sound(3, { begin: 21, rootAtBegin: rootOf(20) }),
      OTHER_TREE,
    ],
    ["no tree at its place", two, sound(3, { rootAtBegin: undefined }), TWO_TREES],
    [
      "a tree of its own",
      two,
      sound(3, { rootAtBegin: rootOf(20, 1) }),
      "there are two trees of 20 records",
    ],
    [
      "another tree before what it carries",
      two,
      sound(3, { rootBefore: rootOf(10, 1) }),
      "there are two trees of 10 records",
    ],
    [
      "another tree of what is known to follow",
      [sound(1), sound(3)],
      sound(2, { root: rootBytes(20, 1) }),
      "there are two trees of 20 records",
    ],
    ["one behind the end", [sound(1), sound(2, { state: "close" })], sound(3), CLOSED],
    ["an end before another one", [sound(1), sound(3)], sound(2, { state: "close" }), CLOSED],
    [
      "one far behind the end",
      [sound(2, { state: "close" })],
      sound(7),
      "checkpoint 2 has closed the stream, and there is a checkpoint 7",
    ],
    [
      "the end, again",
      [sound(1), sound(2, { state: "close" })],
      sound(2, { state: "close" }),
      undefined,
    ],
    [
      "an adopter's, whatever it counts",
      two,
      adopted(1, { begin: 15, size: 25, from: 12 }),
      undefined,
    ],
    [
      "an adopter's, of another tree",
      two,
      adopted(1, { begin: 0, size: 20, root: rootBytes(20, 1) }),
      "there are two trees of 20 records",
    ],
  ])("%s", (_name, known, next, why) => expect(chainOf(...known).problemOf(next)).toBe(why));
});

describe("its end", () => {
  test("without any", () => {
    const chain = chainOf();
    expect([chain.last(), chain.head(), chain.has("n1"), chain.rootAt(10)]).toEqual([
      undefined,
      undefined,
      false,
      undefined,
    ]);
  });
  test.each([
    ["as they came", [1, 2, 3]],
    ["in another order", [3, 1, 2]],
  ])("the own one with the highest number, %s", (_name, numbers) => {
    const chain = chainOf(...numbers.map((number) => sound(number)));
    expect(chain.last()).toMatchObject({ number: 3, noteHash: "n3", size: 30, state: "run" });
    expect(chain.head()).toEqual({ size: 30, root: rootOf(30) });
    expect(["n1", "n3", "x"].map((note) => chain.has(note))).toEqual([true, true, false]);
    expect([10, 20, 30, 40].map((size) => chain.rootAt(size))).toEqual([
      ...[10, 20, 30].map((size) => rootOf(size)),
      undefined,
    ]);
  });
  const [short, long] = [
    adopted(1, { begin: 0, size: 15, noteHash: "a" }),
    adopted(2, { begin: 15, size: 25, noteHash: "b", rootBefore: undefined }),
  ];
  test.each([
    ["the longer one last", [short, long]],
    ["the longer one first", [long, short]],
  ])("of adopters alone the longest, %s", (_name, known) => {
    const chain = chainOf(...known);
    expect(chain.head()).toEqual({ size: 25, root: rootOf(25) });
    expect([chain.last(), chain.has("a"), chain.rootAt(25)]).toEqual([
      undefined,
      false,
      rootOf(25),
    ]);
  });
  test("an own one before longer ones of adopters", () => {
    expect(chainOf(long, sound(1)).head()).toEqual({ size: 10, root: rootOf(10) });
  });
});
