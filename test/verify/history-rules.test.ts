/** Rules of docs/format.md, "To verify", that need the key of a stream, or copies of its records. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AttributeValue, AuditRecord } from "../../src/event/index.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { createVerification } from "../../src/verify/verification.ts";
import { type VerificationReport, verifyFiles } from "../../src/verify/index.ts";
import { reportOf } from "../../src/verify/report.ts";
import { addLeaves, hashAtOnce, NO_LEAVES } from "../../src/seal/portable.ts";
import { journalOf, result, type Write } from "../support/key-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";
import {
  createSeconds,
  createStreamWriter,
  keyOfTest,
  sha256,
  type WriterState,
} from "../support/fixed-stream.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const [A] = STREAMS;

/** Writers of two streams, each begun. */
function written(write: Write): readonly AuditRecord[] {
  const nextTime = createSeconds();
  const [a, b, c] = STREAMS.map((stream) => createStreamWriter(stream, keyOfTest(0), nextTime));
  if (a === undefined || b === undefined || c === undefined) throw new Error("no streams");
  for (const writer of [a, b]) writer.add({ kind: "start", action: "stream_start" });
  write({ a, b, c });
  return [...a.records, ...b.records].map(({ record }) => record);
}

async function verifiedRecords(
  records: readonly AuditRecord[],
  isView = false,
): Promise<VerificationReport> {
  const crypto = createNodeCrypto();
  const verification = createVerification({ crypto });
  const read = records.map((record, at) => ({ record, line: at + 1, doubts: [] }));
  const block = { file: "records", isView, records: read, problems: [] };
  await verification.add(await examineBlock(block, createExaminer(crypto)));
  return reportOf(verification.finish());
}

/** The records, one of them with another attribute. */
function given(
  records: readonly AuditRecord[],
  id: string,
  more: Readonly<Record<string, AttributeValue>>,
): readonly AuditRecord[] {
  expect(records.map(({ attributes }) => attributes["audit.record.id"])).toContain(id);
  return records.map((record) =>
    record.attributes["audit.record.id"] === id
      ? { ...record, attributes: { ...record.attributes, ...more } }
      : record,
  );
}

const said = ({ findings }: VerificationReport): readonly string[] =>
  findings.map(({ code, record, stream }) => [code, record ?? stream ?? []].flat().join(" "));

const opened: Write = ({ a }) => a.checkpoint("open");
const noteOf = (records: readonly AuditRecord[], at: number): string =>
  String(records[at]?.attributes["audit.checkpoint.note"]);

describe("a checkpoint's attributes", () => {
  test.each<readonly [string, (records: readonly AuditRecord[]) => Record<string, AttributeValue>]>(
    [
      ["subtrees that are a text", () => ({ "audit.checkpoint.subtrees": "rubbish" })],
      ["subtrees that are no texts", () => ({ "audit.checkpoint.subtrees": "[1]" })],
      [
        "leaves in lists",
        (records) => ({
          "audit.checkpoint.leaves": JSON.stringify([
            records[1]?.attributes["audit.checkpoint.leaves"],
          ]),
        }),
      ],
      ["a note in a list", (records) => ({ "audit.checkpoint.note": [noteOf(records, 1)] })],
      [
        "a note without its format",
        (records) => ({ "audit.checkpoint.note": noteOf(records, 1).replace(/format .*\n/, "") }),
      ],
    ],
  )("%s: altered", async (_name, change) => {
    const records = written(opened);
    const report = await verifiedRecords(given(records, `${A}.2`, change(records)));
    expect(said(report)).toContain(`checkpoint_altered ${A}.2`);
    expect(report.records.proven).toBe(0);
    expect(said(report)).toContain("nothing_signed");
  });
  test("no subtrees, as an empty text: as it was", async () => {
    const report = await verifiedRecords(
      given(written(opened), `${A}.2`, { "audit.checkpoint.subtrees": "" }),
    );
    expect(said(report)).not.toContain(`checkpoint_altered ${A}.2`);
  });
});

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
        expect(message).toContain(`there are two trees of ${size} records`);
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

test("behind the end nothing is adopted", async () => {
  const report = await verifiedRecords(
    written(({ a, b }) => {
      a.checkpoint("open");
      a.checkpoint("close");
      a.add(result);
      b.checkpoint("open");
      b.adopt(a);
    }),
  );
  expect(said(report)).toContain(`record_inserted ${A}.4`);
  // The last checkpoint itself is one record behind what it covers.
  expect(said(report)).not.toContain(`record_inserted ${A}.3`);
  expect(report.records.adopted).toBe(1);
});

test("a closing checkpoint that is read behind one with a higher number is left out", async () => {
  const report = await verifiedRecords(
    written(({ a }) => {
      a.checkpoint("open");
      a.checkpoint("run", { number: 4 });
      a.checkpoint("close", { number: 3 });
    }),
  );
  expect(said(report)).toContain(`histories_differ ${A}`);
});

test("a checkpoint that signs other leaves leaves nothing behind", async () => {
  const report = await verifiedRecords(
    written(({ a, b }) => {
      a.checkpoint("open");
      const before = { ...a.state };
      const [, , ...none] = a.records;
      expect(none).toEqual([]);
      a.checkpoint("run");
      // Another tree of more records, whose leaf 2 is not that of the process.
      const forged = { ...a, records: [...a.records], state: before };
      forged.records.splice(1, 1, ...b.records.slice(0, 1));
      forged.records.push(...b.records.slice(0, 1));
      b.checkpoint("open");
      b.adopt(forged);
    }),
  );
  expect(said(report)).toContain(`histories_differ ${A}`);
  expect(report.streams.find(({ stream }) => stream === A)).toMatchObject({ size: 2 });
});

test("a view: a number with an altered and a proven copy hides no other", async () => {
  const records = written(({ a }) => {
    a.checkpoint("open");
    a.add(result);
    a.add(result);
    a.checkpoint("run");
  });
  const kept = records.filter(
    ({ attributes: { "audit.record.kind": kind, "audit.record.id": id } }) =>
      String(id).startsWith(A) && (kind === "checkpoint" || id === `${A}.3`),
  );
  const [copy] = given(kept.slice(1, 2), `${A}.3`, { "audit.reason": "x" });
  if (copy === undefined) throw new Error("no copy");
  const report = await verifiedRecords([...kept, copy], true);
  expect(said(report)).toContain(`record_altered ${A}.3`);
  expect(said(report)).toContain(`records_missing ${A}`);
  expect(report.records.missing).toBe(1);
});

describe("copies in one journal", () => {
  const lines = journalOf(({ a }) => {
    a.checkpoint("open");
    a.add(result);
    a.checkpoint("run");
    a.add(result);
  })[A];
  const [start = "", open = "", covered = "", run = "", tail = ""] = lines ?? [];
  const altered = covered.replace('"note":"x"', '"note":"y"');

  test.each<readonly [string, readonly string[], readonly string[]]>([
    ["a covered record", [start, open, covered, covered, run, tail], [`record_inserted ${A}.3`]],
    [
      "behind its checkpoint",
      [start, open, covered, run, tail, covered],
      [`record_inserted ${A}.3`],
    ],
    ["one that is altered", [start, open, covered, altered, run, tail], [`record_altered ${A}.3`]],
    [
      "two that are altered alike",
      [start, open, altered, altered, run, tail],
      [`record_altered ${A}.3`, `record_inserted ${A}.3`, `record_altered ${A}.3`],
    ],
    [
      "one that nothing covers",
      [start, open, covered, run, tail, tail],
      [`record_inserted ${A}.5`],
    ],
  ])("%s", async (_name, journal, expected) => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "journal", A), { recursive: true });
    const text = journal.map((line) => `${line}\n`).join("");
    writeFileSync(join(directory, "journal", A, "1.jsonl"), text);
    const report = await verifyFiles([directory]);
    const codes = said(report).filter((one) => /inserted|altered|differ/.test(one));
    expect(codes.toSorted()).toEqual(expected.toSorted());
    // Where something else was read too, the same record may stand there.
    const other = join(directory, "copy.jsonl");
    writeFileSync(other, `${start}\n`);
    const both = said(await verifyFiles([directory, other]));
    expect(both.filter((one) => one.startsWith("record_inserted"))).toEqual([]);
  });
});
