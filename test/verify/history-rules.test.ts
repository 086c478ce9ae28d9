/** Rules of docs/format.md, "To verify", that need the key of a stream, or copies of its records. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AttributeValue, AuditRecord } from "../../src/event/index.ts";
import { verifyFiles } from "../../src/verify/index.ts";
import { journalOf, result, type Write } from "../support/key-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { given, said, verifiedRecords, written } from "../support/verified-records.ts";

const [A] = STREAMS;
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
