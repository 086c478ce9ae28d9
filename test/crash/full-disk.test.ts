import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { type AuditRecord, readJournal } from "otel-audit/read";
import { smallDisk } from "../support/small-disk.ts";

async function recordsOf(directory: string): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(`${entry.file}:${entry.line}: ${entry.message}`);
    records.push(entry.record);
  }
  return records;
}

test("a full disk loses no accepted record, tears none, and leaves a gap record with the count", async (context) => {
  const disk = smallDisk();
  if (disk === undefined) {
    console.warn(
      "test/crash/full-disk.test.ts: SKIPPED, NOT TESTED: mounting a tmpfs needs root on Linux",
    );
    context.skip();
    return;
  }
  const directory = join(disk, "audit");
  const filler = join(disk, "filler");
  const audit = await createAudit({ directory, format: "journal", policy: { version: 1 } });
  const note = (point: string) =>
    audit.record({
      action: "note_write",
      actor: "ann",
      target: { id: point },
      details: { note: "x".repeat(700) },
    });

  const accepted: string[] = [];
  let refused = 0;
  const write = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      const { recordId, written, synced } = await note(`${at}`);
      expect(synced).toBe(written);
      if (written) accepted.push(recordId);
      else refused++;
    }
  };
  await write(20);
  expect(refused).toBe(0);
  try {
    writeFileSync(filler, Buffer.alloc(1 << 20));
  } catch {
    // As full as it gets.
  }
  await write(30);
  expect(refused).toBeGreaterThan(0);
  const closed = audit.record({
    action: "permission_change",
    actor: "ann",
    target: { id: "bob" },
    after: { role: "admin", note: "y".repeat(3900) },
  });
  await expect(closed).rejects.toMatchObject({ code: "write_failed" });
  rmSync(filler);
  await write(5);
  await audit.close();

  const records = await recordsOf(directory);
  const ids = records.map(({ attributes }) => attributes["audit.record.id"]);
  expect(accepted.filter((id) => !ids.includes(id))).toEqual([]);
  expect(records.map(({ attributes }) => attributes["audit.sequence.number"])).toEqual(
    records.map((_, at) => at + 1),
  );
  const gaps = records.filter(({ attributes }) => attributes["audit.record.kind"] === "gap");
  const counted = gaps.map(({ attributes }) => Number(attributes["audit.count"]));
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(refused + 1);
  expect(gaps[0]?.attributes["exception.message"]).toContain("ENOSPC");
});
