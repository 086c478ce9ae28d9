/** What transport does to a trail: another order, the same batch again, a tenth of the records lost. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AuditRecord, readRecords } from "otel-audit/read";
import { expectedCounts } from "../support/covered-records.ts";
import { runSealedService } from "../support/sealed-service.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import { allProven, verified } from "../support/verdicts.ts";

const FILES = 3;
/** How many records the shipper would send at once. */
const BATCH = 20;
const root = mkdtempSync(join(tmpdir(), "otel-audit-story-"));
const seed = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);
let records: readonly AuditRecord[] = [];

beforeAll(async () => {
  console.log(`seed ${seed} (repeat with AUDIT_TEST_SEED)`);
  await runSealedService({ directory: join(root, "audit"), rounds: 36 });
  const found: AuditRecord[] = [];
  for await (const item of readRecords(join(root, "audit", "journal"))) {
    if (item.kind === "record") found.push(item.record);
  }
  records = found;
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** One number from 0 to 1 for each, the same for the same seed. */
function randomFor(items: readonly unknown[], salt: number): readonly number[] {
  const number = fc.noBias(fc.integer({ min: 0, max: 999_999 }));
  return fc
    .sample(number, { seed: seed + salt, numRuns: items.length })
    .map((value) => value / 1_000_000);
}

function shuffled<Item>(items: readonly Item[], salt: number): readonly Item[] {
  const keys = randomFor(items, salt);
  const keyed = items.map((item, at) => ({ item, key: keys[at] ?? 0 }));
  return keyed.toSorted((left, right) => left.key - right.key).map(({ item }) => item);
}

/** Puts requests into files as they come, one a line. */
function written(name: string, requests: readonly (readonly AuditRecord[])[]): readonly string[] {
  return Array.from({ length: FILES }, (_, file) => {
    const path = join(root, `${name}-${file}.jsonl`);
    const lines = requests.filter((_request, at) => at % FILES === file).map(otlpRequest);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    return path;
  });
}

const batches = (): readonly (readonly AuditRecord[])[] =>
  Array.from({ length: Math.ceil(records.length / BATCH) }, (_, at) =>
    records.slice(at * BATCH, (at + 1) * BATCH),
  );

test("each record by itself, in any order, over several files", async () => {
  const alone = shuffled(records, 1).map((record) => [record]);
  expect(await verified(written("shuffled", alone))).toEqual(allProven(records.length));
});

test("batches that were sent again count once", async () => {
  const again = shuffled([...batches(), ...batches().slice(3), ...batches().slice(5, 8)], 2);
  expect(await verified(written("again", again))).toEqual(allProven(records.length));
});

const isCheckpoint = ({ attributes }: AuditRecord): boolean =>
  attributes["audit.record.kind"] === "checkpoint";

const nineTenths = (salt: number): readonly AuditRecord[] => {
  const chances = randomFor(records, salt);
  return records.filter((_record, at) => (chances[at] ?? 0) >= 0.1);
};

const writtenAlone = (
  name: string,
  kept: readonly AuditRecord[],
  salt: number,
): readonly string[] =>
  written(
    name,
    shuffled(kept, salt).map((one) => [one]),
  );

test("a tenth lost at random, and the checkpoints of the machine itself beside it: all the rest is proven", async () => {
  const kept = nineTenths(6);
  const files = writtenAlone("beside", kept, 6);
  const checkpoints = join(root, "audit", "audit_checkpoints.jsonl");
  const outcome = await verified([...files, checkpoints]);
  const there = records.filter((record) => isCheckpoint(record) || kept.includes(record));
  expect(there.length).toBeLessThan(records.length);
  expect(outcome).toMatchObject({
    verdict: "incomplete",
    proven: there.length,
    missing: records.length - there.length,
    codes: ["records_missing"],
  });
});

test.each([3, 4, 5])(
  "a tenth lost at random (%i): said exactly, the rest is proven",
  async (salt) => {
    const kept = nineTenths(salt);
    const outcome = await verified(writtenAlone(`lost-${salt}`, kept, salt));
    expect(outcome).toMatchObject({ verdict: "incomplete", exitCode: 4, ...expectedCounts(kept) });
    // Two checkpoints in a row that are lost leave records that no other carries, and so does the last one.
    const others = new Set(["record_unproven", "records_unsigned", "stream_unclosed"]);
    expect(outcome.codes.filter((code) => !others.has(code))).toEqual(["records_missing"]);
    console.log(
      `${records.length - kept.length} of ${records.length} lost: ${outcome.proven} of ${kept.length} proven`,
    );
  },
);
