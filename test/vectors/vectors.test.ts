/**
 * Files of every released format version: they must be read for ever, and the current version must
 * still write the same bytes. A folder is never changed once its version is released.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type AuditRecord, readJournal } from "otel-audit/read";
import {
  CSV_HEADER,
  decodeCsvRows,
  decodeQuarantineLine,
  encodeCsvRow,
  encodeJsonLine,
  encodeQuarantineLine,
} from "../../src/format/index.ts";

const folder = join(import.meta.dirname, "1");
const journal = readFileSync(join(folder, "journal/AbCdEfGhIjKlMnOp/1.jsonl"), "utf8");
const csv = readFileSync(join(folder, "audit_log.csv"), "utf8");

async function records(): Promise<AuditRecord[]> {
  const all: AuditRecord[] = [];
  for await (const entry of readJournal(folder)) {
    if (entry.kind === "problem") throw new Error(entry.message);
    all.push(entry.record);
  }
  return all;
}

describe("format version 1", () => {
  test("the journal reads: a start with its resource, results, a gap", async () => {
    const all = await records();
    expect(all.map(({ attributes }) => attributes["audit.record.kind"])).toEqual([
      "start",
      "result",
      "result",
      "result",
      "gap",
    ]);
    expect(all[0]?.resource).toMatchObject({ "service.name": "trainer" });
    expect(all[1]?.body).toEqual({
      before: { learning_rate: 0.001 },
      after: { learning_rate: 0.01 },
    });
    expect(all[2]?.attributes).toMatchObject({
      "audit.outcome": "denied",
      "exception.message": '=no rights, "vera"',
    });
  });
  test("the same bytes are written again", async () => {
    expect((await records()).map((record) => `${encodeJsonLine(record)}\n`).join("")).toBe(journal);
  });
  test("the quarantine holds lines of the journal, byte for byte, and is written the same again", () => {
    const file = readFileSync(join(folder, "quarantine/AbCdEfGhIjKlMnOp.2.jsonl"), "utf8");
    const entries = file.trimEnd().split("\n").map(decodeQuarantineLine);
    expect(entries.map(({ line }) => line)).toEqual(journal.split("\n").slice(1, 3));
    expect(entries[0]).toMatchObject({
      time: "2026-11-21T12:00:00.000Z",
      endpoint: "loki.example:3100",
      reason: "HTTP 400: timestamp too old",
      resource: { "service.name": "trainer" },
      flat: { record_id: "AbCdEfGhIjKlMnOp.2", action_type: "hp_change" },
    });
    expect(entries.map((entry) => `${encodeQuarantineLine(entry)}\n`).join("")).toBe(file);
  });
  test("the CSV view has the results, byte for byte", async () => {
    const results = (await records()).filter(
      ({ attributes }) => attributes["audit.record.kind"] === "result",
    );
    expect(CSV_HEADER + results.map(encodeCsvRow).join("")).toBe(csv);
    expect(decodeCsvRows(csv.slice(CSV_HEADER.length)).map(({ record }) => record)).toEqual(
      results,
    );
  });
  test("the JSON view has the results, newest first", () => {
    const lines = journal.split("\n").filter((line) => line.includes('"kind":"result"'));
    expect(readFileSync(join(folder, "audit_log.json"), "utf8")).toBe(
      `[\n${lines.toReversed().join(",\n")}\n]\n`,
    );
  });
});
