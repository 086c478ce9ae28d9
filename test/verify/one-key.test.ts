/** What the key of a stream may sign, and what stands in the record of a checkpoint that only its note proves. */
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { counted } from "../../src/lib/counted.ts";
import { addLeaves, hashAtOnce, NO_LEAVES } from "../../src/seal/portable.ts";
import { result, type Write } from "../support/key-histories.ts";
import {
  createSeconds,
  createStreamWriter,
  keyOfTest,
  sha256,
  type WriterState,
} from "../support/fixed-stream.ts";
import { STREAMS } from "../support/sealed-journal.ts";
import { said, verifiedRecords, written } from "../support/verified-records.ts";

const [A] = STREAMS;
const opened: Write = ({ a }) => a.checkpoint("open");

describe("the last checkpoint, which only its own note proves,", () => {
  const last = `${A}.2`;
  test.each<readonly [string, Partial<AuditRecord>, string | undefined]>([
    ["has an attribute that is not sealed", { attributes: { "my.note": "x" } }, undefined],
    ["has a trace", { traceId: "a".repeat(32) }, "a trace"],
    ["has a span", { spanId: "a".repeat(16) }, "a trace"],
    ["has a body", { body: { deep: { note: "x" } } }, "deep.note"],
    ["has a field more", { attributes: { "audit.reason": "x" } }, "audit.reason"],
    ["has another impact", { attributes: { "audit.impact": "high" } }, "audit.impact"],
  ])("%s", async (_name, more, addition) => {
    const records = written(opened).map((record) =>
      record.attributes["audit.record.id"] === last
        ? { ...record, ...more, attributes: { ...record.attributes, ...more.attributes } }
        : record,
    );
    const { findings } = await verifiedRecords(records);
    const found = findings.filter(({ code }) => code === "checkpoint_altered");
    const message = `checkpoint ${last}: it holds ${addition}, which no checkpoint does`;
    expect(found.map((finding) => finding.message)).toEqual(
      addition === undefined ? [] : [message],
    );
  });
});

test("a stream has one key, whichever of two is read first", async () => {
  const records = written(({ a }) => {
    a.checkpoint("open");
    a.checkpoint("run");
  });
  const other = createStreamWriter(A, keyOfTest(1), createSeconds());
  other.add({ kind: "start", action: "stream_start" });
  other.checkpoint("open");
  other.checkpoint("run");
  const theirs = other.records.at(-1)?.record;
  if (theirs === undefined) throw new Error("no record");
  const [, open, run] = records;
  for (const pair of [
    [open, theirs],
    [theirs, open],
    [run, theirs],
  ]) {
    const { findings } = await verifiedRecords(pair.flatMap((record) => record ?? []));
    const found = findings.filter(({ code }) => code === "histories_differ");
    expect(found).toHaveLength(1);
    if (pair[0] !== run)
      expect(found[0]?.message).toContain("it is signed with another key than the one before");
  }
});

describe("an adopter cannot put another tree below the records that it covers", () => {
  /** The true records behind a tree of so many leaves that are not those of the stream. */
  const adoptAbove = (size: number): readonly AuditRecord[] =>
    written(({ a, b }) => {
      a.checkpoint("open");
      a.add(result);
      a.checkpoint("run");
      a.add(result);
      const others = Array.from({ length: size }, () => new Uint8Array(32));
      const covered = hashAtOnce(addLeaves(NO_LEAVES, others), sha256);
      b.checkpoint("open");
      b.adopt({ ...a, state: { ...a.state, covered } });
    });
  test.each([1, 3])("of %i records, which the process signed", async (size) => {
    for (const records of [adoptAbove(size), adoptAbove(size).toReversed()]) {
      const { findings, verdict } = await verifiedRecords(records);
      const found = findings.filter(({ code }) => code === "histories_differ");
      expect([verdict, found.length > 0]).toEqual(["tampered", true]);
      for (const { message } of found)
        expect(message).toContain(`there are two trees of ${counted(size, "record")}`);
    }
  });
});

describe("the key of a stream cannot sign two histories of it", () => {
  /** Behind three records of one checkpoint, the third one: the second is not there. */
  const forked = (leaves: readonly Uint8Array[], carriedFrom: number): readonly AuditRecord[] =>
    written(({ a }) => {
      a.add(result);
      a.add(result);
      a.checkpoint("open");
      const all = [...leaves, ...a.records.slice(leaves.length).map(({ leaf }) => leaf)];
      const treeOf = (size: number): WriterState["covered"] =>
        hashAtOnce(addLeaves(NO_LEAVES, all.slice(0, size)), sha256);
      a.add(result);
      Object.assign(a.state, {
        number: 2,
        covered: treeOf(4),
        carried: { before: treeOf(carriedFrom), leaves: all.slice(carriedFrom, 4) },
      });
      a.checkpoint("run");
    });
  const OTHER = sha256("another");
  test.each<readonly [string, readonly Uint8Array[], number, string]>([
    ["leaves that both carry", [OTHER, OTHER], 1, "it signs other records"],
    ["what stands below them", [OTHER], 3, "there are two trees of 3 records"],
  ])("%s", async (_name, leaves, carriedFrom, why) => {
    for (const records of [forked(leaves, carriedFrom), forked(leaves, carriedFrom).toReversed()]) {
      const { findings, verdict } = await verifiedRecords(records);
      const found = findings.filter(({ code }) => code === "histories_differ");
      expect([verdict, found.length]).toEqual(["tampered", 1]);
      expect(found[0]?.message).toContain(why);
    }
  });

  test("the same third one on the true records, to compare", async () => {
    const { verdict } = await verifiedRecords(forked([], 1));
    expect(verdict).not.toBe("tampered");
  });

  const HASH = `${"A".repeat(43)}=`;
  test.each<readonly [string, Write, string]>([
    [
      "a first one that names one before",
      ({ a }) => a.checkpoint("open", { previous: HASH }),
      "it is the first one, and does not open the stream",
    ],
    [
      "a third one that names none before",
      ({ a }) => a.checkpoint("run", { number: 3, previous: undefined }),
      "it opens the stream, and is not the first one",
    ],
    [
      "a third one that opens",
      ({ a }) => a.checkpoint("open", { number: 3, previous: HASH }),
      "it opens the stream, and is not the first one",
    ],
  ])("%s", async (_name, write, why) => {
    const { findings } = await verifiedRecords(written(write));
    const [found] = findings.filter(({ code }) => code === "histories_differ");
    expect(found?.message).toContain(why);
  });
});

test("a checkpoint that was moved behind the others proves nothing there", async () => {
  const records = written(({ a }) => {
    a.checkpoint("open");
    a.add(result);
    a.checkpoint("run");
  });
  const moved = records.map(({ attributes, ...rest }) => {
    if (attributes["audit.record.id"] !== `${A}.2`) return { attributes, ...rest };
    const place = { "audit.record.id": `${A}.5`, "audit.sequence.number": 5 };
    return { ...rest, attributes: { ...attributes, ...place } };
  });
  const report = await verifiedRecords(moved);
  expect(said(report)).toContain(`records_missing ${A}.2`);
  expect(said(report)).toContain(`records_unsigned ${A}.5`);
});

test("of a stream that only others signed, the largest tree is its head", async () => {
  const { streams } = await verifiedRecords(
    written(({ a, b }) => {
      a.add(result);
      const before = { ...a.state };
      a.add(result);
      b.checkpoint("open");
      b.adopt(a);
      const less = { ...a, records: a.records.slice(0, 2), state: before };
      b.adopt(less);
    }),
  );
  expect(streams.find(({ stream }) => stream === A)?.head?.size).toBe(3);
});
