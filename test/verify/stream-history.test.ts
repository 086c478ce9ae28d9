/** Which checkpoints fit each other, which record a note proves by itself, and which records cannot stand where they do. */
import { describe, expect, test } from "vitest";
import type { SoundCheckpoint } from "../../src/verify/check-checkpoint.ts";
import { KIND } from "../../src/verify/examined-block.ts";
import { createStreamHistory, type StreamHistory } from "../../src/verify/stream-history.ts";
import { sound, type SoundParts } from "../support/sound-checkpoint.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
type Seen = readonly [number: number, sequence: number, parts?: SoundParts];

/** Sees checkpoints of ten records each, in the records with these numbers. */
function endOf(seen: readonly Seen[]): StreamHistory {
  const end = createStreamHistory(STREAM);
  for (const [number, sequence, parts] of seen) end.take(sound(number, parts), sequence);
  return end;
}
const [CLOSE, ADOPTED] = [{ state: "close" }, { state: "adopted" }] as const;

describe("a note proves the record that carries it", () => {
  test.each<readonly [string, readonly Seen[], string, number, boolean]>([
    ["nothing is known", [], "n1", 11, false],
    ["the only one", [[1, 11]], "n1", 11, true],
    [
      "the last one",
      [
        [1, 11],
        [2, 21],
      ],
      "n2",
      21,
      true,
    ],
    [
      "the last one, seen first",
      [
        [2, 21],
        [1, 11],
      ],
      "n2",
      21,
      true,
    ],
    [
      "an earlier one",
      [
        [1, 11],
        [2, 21],
      ],
      "n1",
      11,
      false,
    ],
    ["another note", [[1, 11]], "x", 11, false],
    ["another record", [[1, 11]], "n1", 12, false],
    [
      "the first of two records",
      [
        [1, 11],
        [1, 12],
      ],
      "n1",
      11,
      true,
    ],
    [
      "the first of two records, seen last",
      [
        [1, 12],
        [1, 11],
      ],
      "n1",
      11,
      true,
    ],
    [
      "the second of two records",
      [
        [1, 11],
        [1, 12],
      ],
      "n1",
      12,
      false,
    ],
    [
      "an adopter's that ends before",
      [
        [2, 21],
        [1, 5, ADOPTED],
      ],
      "n2",
      21,
      true,
    ],
    ["that of an adopter", [[1, 11, ADOPTED]], "n1", 11, false],
    [
      "one behind the end",
      [
        [1, 11],
        [2, 21, CLOSE],
        [3, 31],
      ],
      "n3",
      31,
      false,
    ],
  ])("%s", (_name, seen, note, sequence, isIt) => {
    expect(endOf(seen).isProof(note, sequence)).toBe(isIt);
  });
});

describe("why a record cannot stand where it does", () => {
  const BEHIND = "it stands behind the end of its stream, which was closed with 20 records";
  const closed: readonly Seen[] = [
    [1, 11],
    [2, 21, CLOSE],
  ];
  const { other, checkpoint } = KIND;
  test.each<
    readonly [
      string,
      readonly Seen[],
      readonly [number, number],
      readonly string[],
      string | undefined,
    ]
  >([
    ["nothing is known", [], [99, other], [], undefined],
    [
      "the stream is open",
      [
        [1, 11],
        [2, 21],
      ],
      [99, other],
      [],
      undefined,
    ],
    ["within the stream", closed, [20, other], [], undefined],
    ["right behind its end", closed, [21, other], [], BEHIND],
    ["its last checkpoint", closed, [21, checkpoint], ["n2"], undefined],
    ["a checkpoint behind that", closed, [22, checkpoint], [], BEHIND],
    ["its last checkpoint, seen first", closed.toReversed(), [22, checkpoint], [], BEHIND],
    ["others behind the end", [...closed, [3, 31]], [22, other], [], BEHIND],
    ["an earlier end, seen first", [...closed, [3, 31, CLOSE]], [22, other], [], BEHIND],
    [
      "an end that an adopter signs",
      [
        [1, 11],
        [2, 21, ADOPTED],
      ],
      [22, other],
      [],
      undefined,
    ],
    [
      "a note of an earlier record",
      [
        [1, 11],
        [1, 15],
      ],
      [15, checkpoint],
      ["n1"],
      `its note is that of record ${STREAM}.11`,
    ],
    [
      "the first record of its note",
      [
        [1, 15],
        [1, 11],
      ],
      [11, checkpoint],
      ["n1"],
      undefined,
    ],
    ["a note that nobody knows", [[1, 11]], [15, checkpoint], ["x"], undefined],
  ])("%s", (_name, seen, [sequence, kind], notes, why) => {
    expect(endOf(seen).problemOf({ sequence, kind }, notes)).toBe(why);
  });
});

describe("checkpoints that cannot stand beside others", () => {
  const leaves = (byte: number, count: number): Uint8Array => new Uint8Array(32 * count).fill(byte);
  const adopted = (byte: number, parts: SoundParts = {}): SoundCheckpoint => ({
    ...sound(9, { state: "adopted", size: 8, begin: 5, from: 5, rootAtBegin: undefined, ...parts }),
    rootBefore: undefined,
    leaves: leaves(byte, 3),
  });
  const first: SoundCheckpoint = { ...sound(1), leaves: leaves(1, 10) };
  test.each<readonly [string, readonly SoundCheckpoint[], string | undefined]>([
    ["one", [first], undefined],
    ["the same again", [first, first], undefined],
    ["two that follow each other", [first, { ...sound(2), leaves: leaves(1, 20) }], undefined],
    ["two with one number", [first, sound(1, { noteHash: "x" })], "there are two checkpoints 1"],
    [
      "one with another key",
      [first, sound(2, { key: 1 })],
      "it is signed with another key than the one before",
    ],
    ["an adopter's with the same leaves", [first, adopted(1)], undefined],
    ["an adopter's with other leaves", [first, adopted(2)], "it signs other records"],
    ["an adopter's with other leaves, seen first", [adopted(2), first], "it signs other records"],
  ])("%s", (_name, seen, why) => {
    const history = createStreamHistory(STREAM);
    const whys = seen.map((one) => history.take(one, 11));
    expect(whys.slice(0, -1)).toEqual(seen.slice(1).map(() => undefined));
    expect(whys.at(-1)).toBe(why);
  });

  test("one that was not taken ends no stream, and proves nothing", () => {
    const history = endOf([
      [1, 11],
      [2, 21, { state: "close", key: 1 }],
    ]);
    expect(history.problemOf({ sequence: 99, kind: KIND.other }, [])).toBeUndefined();
    expect(history.isProof("n2", 21)).toBe(false);
    expect(history.problemOf({ sequence: 30, kind: KIND.checkpoint }, ["n2"])).toBeUndefined();
  });

  test("the first record of a hundred thousand notes", () => {
    const notes = [...Array.from({ length: 200_000 }, (_, at) => `x${at}`), "n1"];
    const said = endOf([[1, 11]]).problemOf({ sequence: 15, kind: KIND.checkpoint }, notes);
    expect(said).toBe(`its note is that of record ${STREAM}.11`);
  });
});
