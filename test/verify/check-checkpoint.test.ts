/** Whether a checkpoint holds together, why not, and what it says where it does. */
import { sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../src/event/index.ts";
import { toBase64, toBase64Url } from "../../src/lib/base64.ts";
import { type OpeningFacts, rotationText } from "../../src/seal/portable.ts";
import {
  checkCheckpoint,
  type CheckpointParts,
  isSound,
  MAX_HASHES,
} from "../../src/verify/check-checkpoint.ts";
import { checkpointOf } from "../../src/verify/checkpoint-of.ts";
import { misplaced } from "../../src/verify/misplaced.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import {
  createSeconds,
  createStreamWriter,
  keyOfTest,
  sha256,
  type StreamWriter,
} from "../support/fixed-stream.ts";
import { result } from "../support/key-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B] = STREAMS;
const [FIRST, SECOND] = [keyOfTest(0), keyOfTest(1)];
const crypto = createNodeCrypto();
const HASH = toBase64Url(new Uint8Array(32));

function begun(): StreamWriter {
  const a = createStreamWriter(A, FIRST, createSeconds());
  a.add({ kind: "start", action: "stream_start" });
  a.checkpoint("open");
  a.add(result);
  return a;
}
const texts = (value: AttributeValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

/** The parts of the last record, which is a checkpoint. */
function partsOf({ records }: StreamWriter): CheckpointParts {
  const attributes = records.at(-1)?.record.attributes ?? {};
  return {
    note: String(attributes["audit.checkpoint.note"]),
    leaves: texts(attributes["audit.checkpoint.leaves"]),
    subtrees: texts(attributes["audit.checkpoint.subtrees"]),
  };
}
type More = Parameters<StreamWriter["checkpoint"]>[1];
function run(more: More = {}): CheckpointParts {
  const a = begun();
  a.checkpoint("run", more);
  return partsOf(a);
}

/** One behind it: it carries the leaves of the second, not that of the first. */
function third(more: More = {}): CheckpointParts {
  const a = begun();
  a.checkpoint("run");
  a.checkpoint("run", more);
  return partsOf(a);
}

test("a sound one: its place, its leaves, and the roots that follow from it", async () => {
  const a = begun();
  const first = partsOf({ ...a, records: a.records.slice(0, 2) });
  a.checkpoint("run");
  const parts = partsOf(a);
  const checked = await checkCheckpoint(parts, crypto);
  if (!isSound(checked)) throw new Error(checked.why);
  const before = await checkCheckpoint(first, crypto);
  if (!isSound(before)) throw new Error(before.why);
  expect(checked).toMatchObject({ from: 0, begin: 1, key: FIRST.note, rotations: [] });
  expect(checked.noteHash).toBe(toBase64(sha256(parts.note)));
  expect(checked.rootBefore).toBeUndefined();
  expect(checked.rootAtBegin).toBe(toBase64(before.checkpoint.root));
  expect([before.from, before.begin, before.rootAtBegin]).toEqual([0, 0, undefined]);
  const leaves = parts.leaves.map((text) => Buffer.from(text, "base64url"));
  expect(Buffer.from(checked.leaves).equals(Buffer.concat(leaves))).toBe(true);
});

const TREE = "its leaves do not lead to the root that it signs";
const SUBTREES = "its subtrees do not fit the number of its leaves";
const LEAVES = "its leaves are no hashes";
describe("one that cannot be relied on", () => {
  test.each<readonly [string, CheckpointParts, string, string | undefined]>([
    ["no note", { ...run(), note: "x" }, "it is no signed note", undefined],
    [
      "no checkpoint",
      { ...run(), note: run().note.replace("number 2", "number 0") },
      "it has no number",
      undefined,
    ],
    [
      "a wrong signature",
      { ...run(), note: run().note.replace("results 1", "results 2") },
      "its signature is wrong",
      A,
    ],
    ["a key that is none", run({ key: "x" }), 'its key "x" is none', A],
    [
      "a key with another id, that of its signature",
      run({ key: FIRST.line.replace(`+${FIRST.note.keyId}+`, "+00000000+") }),
      "the id of its key is not that of the key",
      A,
    ],
    [
      "another key than the one that signs",
      run({ key: SECOND.line }),
      "it is not signed with the key that it names",
      A,
    ],
    [
      "a signature with the id of the key, and another name",
      { ...run(), note: run().note.replace(`\n— ${FIRST.note.name} `, "\n— another ") },
      "it is not signed with the key that it names",
      A,
    ],
    ["no leaves", { ...run(), leaves: [] }, LEAVES, A],
    ["a leaf that is no base64", { ...run(), leaves: ["?", HASH, HASH] }, LEAVES, A],
    ["a leaf of 31 bytes", { ...run(), leaves: [HASH.slice(0, -2), HASH, HASH] }, LEAVES, A],
    ["a subtree that is none", { ...run(), subtrees: ["?"] }, LEAVES, A],
    ["a subtree too many", { ...run(), subtrees: [HASH] }, SUBTREES, A],
    ["more leaves than records", { ...run(), leaves: [HASH, HASH, HASH, HASH] }, SUBTREES, A],
    ["other leaves", { ...run(), leaves: [HASH, HASH, HASH] }, TREE, A],
    [
      "nothing behind the place where it begins to count",
      run({ begin: 4 }),
      "it does not say where it begins",
      undefined,
    ],
    [
      "a place to begin before the leaves that it carries",
      third({ begin: 0 }),
      "it counts records whose leaves it does not carry",
      A,
    ],
    [
      "too many leaves",
      { ...run(), leaves: Array<string>(MAX_HASHES + 1).fill(HASH) },
      "it carries more than 4096 hashes",
      A,
    ],
    [
      "too many subtrees",
      { ...run(), subtrees: Array<string>(MAX_HASHES + 1).fill(HASH) },
      "it carries more than 4096 hashes",
      A,
    ],
    [
      "as many leaves as there may be",
      { ...run(), leaves: Array<string>(MAX_HASHES).fill(HASH) },
      SUBTREES,
      A,
    ],
    [
      "as many subtrees as there may be",
      { ...run(), subtrees: Array<string>(MAX_HASHES).fill(HASH) },
      SUBTREES,
      A,
    ],
  ])("%s", async (_name, parts, why, stream) => {
    expect(await checkCheckpoint(parts, crypto)).toEqual({ kind: "altered", why, stream });
  });

  test.each<readonly [string, CheckpointParts, string, string | undefined]>([
    [
      "another format",
      { ...run(), note: run().note.replace("checkpoint/1", "checkpoint/2") },
      'its format is "audit-checkpoint/2"; this version reads audit-checkpoint/1',
      undefined,
    ],
    [
      "other leaves",
      run({ leaf: "audit-leaf/2" }),
      'its leaves are "audit-leaf/2"; this version reads audit-leaf/1',
      A,
    ],
  ])("of a later version: %s", async (_name, parts, why, stream) => {
    expect(await checkCheckpoint(parts, crypto)).toEqual({ kind: "unsupported", why, stream });
  });
});

test("what a record carries is kept up to one more than a checkpoint may have", () => {
  const record = begun().records[1]?.record;
  if (record === undefined) throw new Error("no record");
  const carrying = (count: number): number | undefined => {
    const leaves = Array<string>(count).fill(HASH);
    const attributes = { ...record.attributes, "audit.checkpoint.leaves": leaves };
    return checkpointOf({ ...record, attributes })?.leaves.length;
  };
  expect([4095, 4096, 4097, 5000].map(carrying)).toEqual([4095, 4096, 4097, 4097]);
});

describe("which keys it says vouch for others", () => {
  const openingWith = (rotations: OpeningFacts["rotations"]): OpeningFacts => ({
    custody: "file",
    sealed: [],
    redactable: [],
    auditPolicy: "",
    redactionPolicy: "",
    resource: {},
    rotations,
  });
  const signed = (from: typeof FIRST, to: string): string =>
    toBase64(Uint8Array.from(sign(null, Buffer.from(rotationText(from.line, to)), from.private)));
  const step = { from: FIRST.line, to: SECOND.line, signature: signed(FIRST, SECOND.line) };
  const back = { from: SECOND.line, to: FIRST.line, signature: signed(SECOND, FIRST.line) };
  /** Steps to no key. */
  const times = (length: number): readonly (typeof step)[] =>
    Array.from({ length }, () => ({ ...step, to: "x" }));
  const kept = ({ from, to }: typeof step): object => ({ from, to });
  test.each<readonly [string, OpeningFacts["rotations"], readonly object[]]>([
    ["one", [step], [kept(step)]],
    ["two", [back, step], [kept(back), kept(step)]],
    ["none: another key signed", [{ ...step, from: SECOND.line }], []],
    ["none: for another key", [{ ...step, to: FIRST.line }], []],
    ["none: no signature", [{ ...step, signature: "?" }], []],
    ["none: no key that signs", [{ ...step, from: "x" }], []],
    [
      "none: no key that comes after",
      [{ from: FIRST.line, to: "x", signature: signed(FIRST, "x") }],
      [],
    ],
    ["what stands beside one that is wrong", [{ ...step, signature: "?" }, back], [kept(back)]],
    ["the first thousand", [...times(999), step], [kept(step)]],
    ["none behind the first thousand", [...times(1000), step], []],
  ])("%s", async (_name, rotations, expected) => {
    const a = createStreamWriter(A, FIRST, createSeconds());
    a.add(result);
    a.checkpoint("open", { opening: openingWith(rotations) });
    const checked = await checkCheckpoint(partsOf(a), crypto);
    if (!isSound(checked)) throw new Error(checked.why);
    expect(checked.rotations).toEqual(expected);
  });
});

describe("a note that does not fit the record that carries it", () => {
  const TIME = "2026-11-21T09:00:04.123456Z";
  test.each<readonly [string, More, string, number, string, string | undefined]>([
    ["it fits", {}, A, 4, TIME, undefined],
    ["another time", {}, A, 4, "2026-11-21T09:00:05.123456Z", "its note has another time"],
    ["another stream", {}, B, 4, TIME, `its note is of stream ${A}`],
    ["the last record that it covers", {}, A, 3, TIME, "its note covers itself"],
    ["an adopter", { state: "adopted", adopter: B }, B, 1, TIME, undefined],
    [
      "another adopter",
      { state: "adopted", adopter: A },
      B,
      1,
      TIME,
      `its note is of an adopter ${A}`,
    ],
    ["no adopter", { state: "adopted" }, B, 1, TIME, "its note is of an adopter without a name"],
    [
      "its own stream",
      { state: "adopted", adopter: A },
      A,
      4,
      TIME,
      "its note adopts its own stream",
    ],
  ])("%s", async (_name, more, stream, sequence, time, why) => {
    const checked = await checkCheckpoint(run(more), crypto);
    if (!isSound(checked)) throw new Error(checked.why);
    expect(misplaced(checked, { stream, sequence, time })).toBe(why);
  });
});
