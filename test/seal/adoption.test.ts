import { describe, expect, test } from "vitest";
import type { AttributeValue, AuditRecord } from "../../src/event/index.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { toBase64, toBase64Url } from "../../src/lib/base64.ts";
import { adopt, foundCheckpoint, NOTHING_SEALED } from "../../src/seal/adoption.ts";
import { decodeCheckpoint } from "../../src/seal/checkpoint.ts";
import { decodeNote } from "../../src/seal/note.ts";
import { isSignatureOf, type Signer, signerOf } from "../../src/seal/signer.ts";
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
const key = keyOfTest(0);

/** A stream of two checkpoints: up to 1, and up to 4. */
function writer(last: "run" | "close" = "run", more: object = {}): StreamWriter {
  const a = createStreamWriter(A, key, createSeconds());
  a.add({ kind: "start", action: "stream_start" });
  a.checkpoint("open");
  a.add(result);
  a.add(result);
  a.checkpoint(last, more);
  return a;
}
const LEAVES = "audit.checkpoint.leaves";
const SUBTREES = "audit.checkpoint.subtrees";
const NOTE = "audit.checkpoint.note";
const last = (one: StreamWriter): AuditRecord => {
  const record = one.records.at(-1)?.record;
  if (record === undefined) throw new Error("no record");
  return record;
};
const given = (
  record: AuditRecord,
  attributes: Readonly<Record<string, AttributeValue>>,
): AuditRecord => ({ ...record, attributes: { ...record.attributes, ...attributes } });
const without = (record: AuditRecord, name: string): AuditRecord => ({
  ...record,
  attributes: Object.fromEntries(
    Object.entries(record.attributes).filter(([known]) => known !== name),
  ),
});
const texts = (value: AttributeValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

describe("what a checkpoint says of its stream", () => {
  test("how far it is covered, and what the next one names", () => {
    const a = writer();
    const note = String(last(a).attributes[NOTE]);
    expect(foundCheckpoint(last(a), A)).toEqual({
      kind: "end",
      end: {
        covered: { size: 4, roots: a.state.covered.roots.map((root) => Buffer.from(root)) },
        number: 2,
        previous: toBase64(sha256(note)),
      },
    });
  });
  test("the first one has no subtrees before it", () => {
    const a = writer();
    const first = a.records[1]?.record;
    if (first === undefined) throw new Error("no record");
    expect(foundCheckpoint(first, A)).toMatchObject({
      kind: "end",
      end: { covered: { size: 1 }, number: 1 },
    });
  });
  test("nothing, where it is of another one", () =>
    expect(foundCheckpoint(last(writer()), B)).toBeUndefined());
  test("that it is closed", () =>
    expect(foundCheckpoint(last(writer("close")), A)).toEqual({ kind: "closed" }));

  const good = last(writer());
  const leaves = texts(good.attributes[LEAVES]);
  test.each<readonly [string, AuditRecord, string]>([
    ["no note", given(good, { [NOTE]: "x" }), "it holds no note"],
    [
      "a note that is no checkpoint",
      given(good, { [NOTE]: String(good.attributes[NOTE]).replace("number 2", "number 0") }),
      "it has no number",
    ],
    [
      "leaves of a later version",
      last(writer("run", { leaf: "audit-leaf/2" })),
      'its leaves are "audit-leaf/2"',
    ],
    ["no leaves at all", without(good, LEAVES), "it holds no hashes"],
    ["leaves that are a text", given(good, { [LEAVES]: "x" }), "it holds no hashes"],
    ["a leaf that is no base64", given(good, { [LEAVES]: ["?"] }), "it holds no hashes"],
    ["subtrees that are a text", given(good, { [SUBTREES]: "x" }), "it holds no hashes"],
    [
      "two leaves too few",
      given(good, { [LEAVES]: leaves.slice(2) }),
      "its hashes are not as many as its size asks for",
    ],
    [
      "subtrees of another length",
      given(good, { [SUBTREES]: [toBase64Url(new Uint8Array(31))] }),
      "its hashes are not as many as its size asks for",
    ],
    [
      "another leaf",
      given(good, { [LEAVES]: leaves.with(1, toBase64Url(new Uint8Array(32))) }),
      "its root is not that of its hashes",
    ],
    [
      "no leaf at all",
      given(last(writer("run", { size: 1, begin: 0 })), {
        [LEAVES]: [],
        [SUBTREES]: leaves.slice(0, 1),
      }),
      "its root is not that of its hashes",
    ],
    [
      "more records than stand before it",
      given(good, { "audit.sequence.number": 4 }),
      "it covers more records than stand before it",
    ],
  ])("that nothing can be made of it: %s", (_name, record, why) =>
    expect(foundCheckpoint(record, A)).toEqual({ kind: "unusable", why }),
  );
});

describe("an adopter", () => {
  const clock: Clock = { nowMicros: () => 1_795_251_600_000_001n, monotonicMillis: () => 0 };
  const signer = signerOf(key.private, "file");
  const later: Signer = { ...signer, sign: async (text) => signer.sign(text) };
  test.each<readonly [string, Signer]>([
    ["at once", signer],
    ["later", later],
  ])("goes on where the stream ended, and signs %s", async (_name, by) => {
    const a = writer();
    const found = foundCheckpoint(last(a), A);
    if (found?.kind !== "end") throw new Error("no end");
    const tail = [last(a)].map(() => a.records.at(-1)?.leaf ?? new Uint8Array());
    const { record, end } = await adopt(
      { stream: A, end: found.end, leaves: tail, results: 7 },
      { stream: B, signer: by, clock },
    );
    const signed = decodeNote(String(record.attributes[NOTE]));
    const [line] = signed?.signatures ?? [];
    expect(isSignatureOf(key.note, signed?.text ?? "", line?.signature ?? Buffer.of())).toBe(true);
    const checkpoint = decodeCheckpoint(signed?.text ?? "");
    expect(checkpoint).toMatchObject({
      stream: A,
      size: 5,
      number: 3,
      state: "adopted",
      results: 7,
      leaf: "audit-leaf/1",
      key: key.line,
      previous: found.end.previous,
      adopter: B,
      calls: [],
      opening: undefined,
      time: "2026-11-21T09:00:00.000001Z",
    });
    expect(record.attributes["audit.time"]).toBe("2026-11-21T09:00:00.000001Z");
    expect(record.attributes[LEAVES]).toEqual(tail.map(toBase64Url));
    expect(record.attributes[SUBTREES]).toEqual(a.state.covered.roots.map(toBase64Url));
    // What it hands back is what would be found on disk.
    const onDisk = given(record, { "audit.sequence.number": 6 });
    const again = foundCheckpoint(onDisk, A);
    if (again?.kind !== "end") throw new Error("no end");
    const hex = ({ covered, ...others }: typeof end): object => ({
      ...others,
      size: covered.size,
      roots: covered.roots.map((root) => Buffer.from(root).toString("hex")),
    });
    expect(hex(again.end)).toEqual(hex(end));
  });

  test("begins with number 1 where nothing was signed", async () => {
    const leaves = writer().records.map(({ leaf }) => leaf);
    const { record, end } = await adopt(
      { stream: A, end: NOTHING_SEALED, leaves, results: 2 },
      { stream: B, signer, clock },
    );
    const text = decodeNote(String(record.attributes[NOTE]))?.text ?? "";
    expect(decodeCheckpoint(text)).toMatchObject({ size: 5, number: 1, previous: undefined });
    expect(end).toMatchObject({ number: 1, covered: { size: 5 } });
    expect(record.attributes).not.toHaveProperty(SUBTREES);
  });
});
