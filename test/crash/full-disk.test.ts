import { appendFileSync, rmSync, statfsSync } from "node:fs";
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

/** Fills the disk until no more than so many bytes are free. */
function fill(disk: string, leave: number): void {
  const { bavail, bsize } = statfsSync(disk);
  try {
    appendFileSync(join(disk, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
  } catch {
    // As full as it gets.
  }
}

test("below the reserve only closed actions are written; a full disk loses no accepted record, tears none, and leaves gap records with the count", async (context) => {
  const disk = smallDisk();
  if (disk === undefined) {
    console.warn(
      "test/crash/full-disk.test.ts: SKIPPED, NOT TESTED: mounting a tmpfs needs root on Linux",
    );
    context.skip();
    return;
  }
  const directory = join(disk, "audit");
  const audit = await createAudit({ directory, format: "journal", policy: { version: 1 } });
  const note = (point: string) =>
    audit.record({
      action: "note_write",
      actor: "ann",
      target: { id: point },
      details: { note: "x".repeat(700) },
    });
  const grant = (text: string) =>
    audit.record({
      action: "permission_change",
      actor: "ann",
      target: { id: "bob" },
      after: { role: "admin", note: text },
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

  // A tenth of 256 KiB is kept.
  fill(disk, 20 * 1024);
  await expect.poll(() => audit.health().state).toBe("red");
  expect(audit.health().problems[0]).toContain("26 KiB are free");
  await write(30);
  expect(refused).toBe(30);
  accepted.push((await grant("in the reserve")).recordId);
  expect(audit.health().state).toBe("red");

  fill(disk, 0);
  let full: unknown;
  for (let at = 0; at < 20 && full === undefined; at++) {
    const receipt = grant("y".repeat(3900)).then(({ recordId }) => void accepted.push(recordId));
    full = await receipt.then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  expect(full).toMatchObject({
    code: "write_failed",
    message: expect.stringContaining("ENOSPC") as string,
  });

  rmSync(join(disk, "filler"));
  // The free space is looked at four times a second.
  for (const before = accepted.length; accepted.length === before;) await write(1);
  const lost = refused + 1;
  await write(5);
  expect(audit.health()).toMatchObject({ state: "yellow", lost });
  await audit.close();

  const records = await recordsOf(directory);
  const ids = records.map(({ attributes }) => attributes["audit.record.id"]);
  expect(accepted.filter((id) => !ids.includes(id))).toEqual([]);
  expect(records.map(({ attributes }) => attributes["audit.sequence.number"])).toEqual(
    records.map((_, at) => at + 1),
  );
  const gaps = records.filter(({ attributes }) => attributes["audit.record.kind"] === "gap");
  const counted = gaps.map(({ attributes }) => Number(attributes["audit.count"]));
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(lost);
  expect(gaps[0]?.attributes["exception.message"]).toContain("only closed actions are written");
});
