/** The view thread behind a running audit log: what it finds is recorded, and it never keeps anybody waiting. */
import { appendFileSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { createViewKeeper } from "../../src/deliver/index.ts";
import { CSV_HEADER, decodeCsvRows, encodeJsonLine } from "../../src/format/index.ts";
import { recordsIn } from "../support/journal-records.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";
const NOTE = { action: "note_write", actor: "ann", target: { id: "p" } } as const;

test("a view that is renamed while the service runs stands in the trail, and in the new view", async () => {
  const directory = temporaryDirectory();
  const audit = await createAudit({ directory, format: "csv", policy: { version: 1 } });
  onTestFinished(() => audit.close());
  await audit.record(NOTE);
  await audit.flush();
  const csv = join(directory, "audit_log.csv");
  renameSync(csv, `${csv}.1`);
  const changes = (): unknown[] =>
    recordsIn(directory)
      .filter(({ attributes }) => attributes["audit.action"] === "audit_file_change")
      .map(({ attributes, body }) => [attributes["audit.target.id"], body]);
  await expect
    .poll(changes)
    .toEqual([["audit_log.csv", { file: "audit_log.csv", change: "renamed", restored: false }]]);
  await audit.record(NOTE);
  await audit.flush();
  const rows = decodeCsvRows(readFileSync(csv, "utf8").slice(CSV_HEADER.length));
  expect(rows.map(({ record }) => record.attributes["audit.action"])).toEqual([
    "audit_file_change",
    "note_write",
  ]);
  expect(changes()).toHaveLength(1);
});

test("records stand in the views soon, without anybody asking", async () => {
  const directory = temporaryDirectory();
  const audit = await createAudit({ directory, format: "both", policy: { version: 1 } });
  onTestFinished(() => audit.close());
  const inViews = (): boolean[] =>
    ["audit_log.csv", "audit_log.json"].map((name) => {
      try {
        return readFileSync(join(directory, name), "utf8").includes("note_write");
      } catch {
        return false;
      }
    });
  await audit.record(NOTE);
  await expect.poll(inViews, { interval: 20 }).toEqual([true, true]);
});

/** A journal of another process that nobody has shown yet. */
function writeLargeJournal(directory: string, count: number): void {
  mkdirSync(join(directory, "journal", A), { recursive: true });
  const more = { "audit.reason": "x".repeat(300) };
  for (let from = 1; from <= count; from += 1000) {
    const lines = Array.from(
      { length: 1000 },
      (_, at) => `${encodeJsonLine(resultRecord(A, from + at, more))}\n`,
    );
    appendFileSync(join(directory, "journal", A, "1.jsonl"), lines.join(""));
  }
}

test("a flush during a long catch-up waits for it, a close within a run of it does not tear anything", async () => {
  const directory = temporaryDirectory();
  writeLargeJournal(directory, 40_000);
  const audit = await createAudit({ directory, format: "both", policy: { version: 1 } });
  const flushed = audit.flush();
  await audit.record(NOTE);
  await flushed;
  const rows = (): number =>
    decodeCsvRows(readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length))
      .length;
  expect(rows()).toBeGreaterThanOrEqual(40_000);
  await audit.close();
  expect(rows()).toBe(40_001);
});

test("a run stops when its time is over, and the next one goes on, also in another process", () => {
  const directory = temporaryDirectory();
  writeLargeJournal(directory, 20_000);
  const said: string[] = [];
  const options = { directory, format: "both", report: (line: string) => said.push(line) } as const;
  const first = createViewKeeper(options);
  expect(first.run({ isForced: true, forMillis: 0 })).toBe(true);
  first.close({ forMillis: 0 });
  const second = createViewKeeper(options);
  let runs = 1;
  while (second.run({ isForced: true, forMillis: 0 })) runs++;
  second.close();
  expect(runs).toBeGreaterThan(2);
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length);
  const sequences = decodeCsvRows(csv).map(
    ({ record }) => record.attributes["audit.sequence.number"],
  );
  expect(sequences).toEqual(Array.from({ length: 20_000 }, (_, at) => at + 1));
  expect(said).toEqual([]);
});

test("streams that have ended are not looked at again, unless they go on", () => {
  const directory = temporaryDirectory();
  let now = 0;
  const said: string[] = [];
  const options = {
    directory,
    format: "both",
    report: (line: string) => said.push(line),
    nowMillis: () => now,
  } as const;
  const write = (from: number, to: number): void => {
    for (let sequence = from; sequence <= to; sequence++) {
      const line = encodeJsonLine(resultRecord(A, sequence));
      appendFileSync(join(directory, "journal", A, "1.jsonl"), `${line}\n`);
    }
  };
  mkdirSync(join(directory, "journal", A), { recursive: true });
  mkdirSync(join(directory, "state"));
  appendFileSync(join(directory, "state", `stream-${A}.lock`), "");
  write(1, 3);
  const keeper = createViewKeeper(options);
  for (let at = 0; at < 40; at++, now += 500) keeper.run({ isForced: true });
  const saved = (name: string): unknown =>
    JSON.parse(readFileSync(join(directory, "state", name), "utf8"));
  for (const view of ["csv", "json"]) {
    expect(saved(`ended-${view}.json`)).toMatchObject({ positions: { [A]: { sequence: 3 } } });
    expect(saved(`view-${view}.json`)).toMatchObject({ ended: 1, positions: {} });
  }
  // Its lock was free for a moment only.
  write(4, 5);
  for (let at = 0; at < 4; at++, now += 500) keeper.run({ isForced: true });
  keeper.close();
  write(6, 6);
  createViewKeeper(options).close();
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length);
  expect(decodeCsvRows(csv)).toHaveLength(6);
  expect(said).toEqual([]);
});
