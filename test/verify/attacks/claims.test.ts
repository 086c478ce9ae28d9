/** Somebody says that what they took away was deleted by retention, or lost. */
import { beforeAll, describe, expect, test } from "vitest";
import { signerOfFile } from "../../../src/seal/index.ts";
import { resigned } from "../../support/forged-trail.ts";
import {
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let streams: readonly string[] = [];
beforeAll(() => {
  streams = [workshop.write(), workshop.write({ ending: "kill" })];
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, streams);
const journal = (it: Victim): readonly string[] => [it.path("journal")];

/** A line that says that retention deleted record 7 of the first stream. */
function purgeOf(line: string): string {
  const flat = JSON.parse(line) as Flat;
  const scope = { segments: [`${streams[0]}/1-1: 7-7`] };
  const { "audit.integrity.fields": _, ...attributes } = flat.attributes;
  const details = { scope, until: "2026-11-21T18:00:00Z", records_affected: 1 };
  return JSON.stringify({ ...flat, action_type: "retention_purge", details, attributes });
}
/** A line that says that records were lost. */
function gapOf(line: string): string {
  const flat = JSON.parse(line) as Flat;
  const details = { from_sequence: 7, to_sequence: 7 };
  const attributes = { ...flat.attributes, "audit.count": 1 };
  return JSON.stringify({ ...flat, kind: "gap", action_type: "records_lost", details, attributes });
}
const take = (it: Victim): void => it.rewrite(it.journal(), (lines) => lines.toSpliced(6, 1));
const TAIL = ["records_unsigned B.10 B/1.jsonl:10 x2", "stream_unclosed x1"];

describe("a purge that is not proven is not believed", () => {
  test("in the end that nobody signed", async () => {
    const attacked = victim();
    take(attacked);
    attacked.line(11, purgeOf, "B");
    expectVerdict(await judge(attacked, {}, journal(attacked)), "incomplete", [
      "records_missing A.7 x1",
      ...TAIL,
    ]);
  });
  test("in the place of another record, of which the right copy stands there too", async () => {
    const attacked = victim();
    take(attacked);
    attacked.rewrite(attacked.journal(), (lines) => [purgeOf(lines[8] ?? ""), ...lines]);
    expectVerdict(await judge(attacked, {}, journal(attacked)), "tampered", [
      "record_altered A.10 A/1.jsonl:1",
      "records_missing A.7 x1",
      ...TAIL,
    ]);
  });
});

test("a purge that is proven is believed, also where it is later than the window", async () => {
  const attacked = victim();
  const signer = signerOfFile(workshop.keyFile);
  attacked.rewrite(attacked.journal(), (lines) =>
    resigned(lines.with(9, purgeOf(lines[9] ?? "")), signer).toSpliced(6, 1),
  );
  const expected = ["records_purged A x1", ...TAIL];
  expectVerdict(await judge(attacked, {}, journal(attacked)), "verified", expected);
  const before = JSON.parse(attacked.lines(attacked.journal())[6] ?? "") as { timestamp: string };
  const window = { since: -Infinity, until: Date.parse(before.timestamp) };
  const { said } = await judge(attacked, { window }, journal(attacked));
  expect(said).toContain("records_purged A x1");
  expect(said.filter((text) => text.startsWith("records_missing"))).toEqual([]);
});

test("a gap that is proven is told once, however many copies there are, and one that is not is not told", async () => {
  const attacked = victim();
  const signer = signerOfFile(workshop.keyFile);
  attacked.rewrite(attacked.journal(), (lines) =>
    resigned(lines.with(9, gapOf(lines[9] ?? "")), signer),
  );
  const paths = journal(attacked);
  const { report } = await judge(attacked, {}, paths);
  expect(report.gaps).toMatchObject([{ record: `${streams[0]}.10`, count: 1, between: [7, 7] }]);
  attacked.rewrite(attacked.path("audit_checkpoints.jsonl"), () =>
    attacked.lines(attacked.journal()),
  );
  const copied = await judge(attacked, {}, [...paths, attacked.path("audit_checkpoints.jsonl")]);
  expect(copied.report.gaps).toHaveLength(1);
  attacked.line(11, gapOf, "B");
  const forged = await judge(attacked, {}, paths);
  expect(forged.report.gaps).toHaveLength(1);
});
