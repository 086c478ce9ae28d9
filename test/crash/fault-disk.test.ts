/**
 * The fault table, first part: what a disk does. Each fault comes and goes while a service is called.
 *
 * No record that was acknowledged is lost, every call is answered meanwhile, and what was lost is counted
 * and stands in gap records.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { counted, verbFor } from "../../src/lib/counted.ts";
import { ROUNDS, skipLoudly, startFaultRow } from "../support/fault-row.ts";
import { failingDisk, fill, overbookedDisk, quotaDisk, smallDisk } from "../support/small-disk.ts";

const TIMEOUT_MILLIS = 120_000 + ROUNDS * 10_000;

/** Changes a limit of a running process; `unlimited` takes it away. */
function limit(pid: number, name: "fsize" | "nofile", soft: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--${name}=${soft}:`], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}

/** The segments of all streams, by path. */
function segmentsIn(directory: string): readonly string[] {
  const journal = join(directory, "journal");
  return readdirSync(journal).flatMap((stream) =>
    readdirSync(join(journal, stream)).map((name) => join(journal, stream, name)),
  );
}

test(
  "disk full",
  async (context) => {
    const disk = smallDisk("16m");
    if (disk === undefined) return skipLoudly(context, "disk full");
    const row = await startFaultRow({ directory: join(disk, "audit") });
    for (let round = 0; round < ROUNDS; round++) {
      const filler = fill(disk);
      await row.traffic();
      const during = await row.service.health();
      expect(during.lost).toBeGreaterThan(0);
      filler.free();
      await row.recovered();
    }
    const { trail } = await row.finish();
    expect(trail.lost).toBeGreaterThan(0);
  },
  TIMEOUT_MILLIS,
);

test(
  "quota used up (EDQUOT)",
  async (context) => {
    const disk = quotaDisk("8M");
    if (disk === undefined) return skipLoudly(context, "quota (and mkfs.btrfs)");
    const row = await startFaultRow({ directory: join(disk, "audit") });
    for (let round = 0; round < ROUNDS; round++) {
      const filler = fill(disk);
      await row.traffic();
      filler.free();
      await row.recovered();
    }
    const { trail } = await row.finish();
    expect(trail.lost).toBeGreaterThan(0);
  },
  TIMEOUT_MILLIS,
);

test(
  "no file may grow (EFBIG)",
  async () => {
    const row = await startFaultRow();
    for (let round = 0; round < ROUNDS; round++) {
      limit(row.service.pid, "fsize", "0");
      await row.traffic();
      limit(row.service.pid, "fsize", "unlimited");
      await row.recovered();
    }
    const { trail } = await row.finish();
    expect(trail.lost).toBeGreaterThan(0);
  },
  TIMEOUT_MILLIS,
);

test(
  "short write: a line that does not fit is taken back",
  async () => {
    const row = await startFaultRow();
    for (let round = 0; round < ROUNDS; round++) {
      const largest = Math.max(...segmentsIn(row.directory).map((path) => statSync(path).size));
      limit(row.service.pid, "fsize", String(largest + 100));
      await row.traffic();
      for (const path of segmentsIn(row.directory))
        expect(readFileSync(path, "utf8")).toMatch(/\n$|^$/);
      limit(row.service.pid, "fsize", "unlimited");
      await row.recovered();
    }
    await row.finish();
  },
  TIMEOUT_MILLIS,
);

const BROKEN = [
  ["the filesystem is remounted read-only (EROFS)", "read-only"],
  ["the disk fails (EIO)", "shut down"],
] as const;

test.for(BROKEN)("%s", { timeout: TIMEOUT_MILLIS }, async ([name, how], context) => {
  const disk = failingDisk();
  if (disk === undefined) return skipLoudly(context, name);
  const row = await startFaultRow({ directory: join(disk.path, "audit") });
  // What is not synced when a disk breaks is not promised.
  await row.service.ask("flush");
  disk.fail(how);
  for (let round = 0; round < ROUNDS; round++) await row.traffic();
  const { state, lost } = await row.service.health();
  expect(state).toBe("red");
  expect(lost).toBeGreaterThan(0);
  // There is nowhere to write a gap record to: the last line on stderr says how many were lost.
  await row.finish({ isTold: false, afterEnd: disk.repair });
  expect(row.service.said()).toContain(`${counted(lost, "record")} ${verbFor(lost, "was")} lost`);
});

test.for(BROKEN)(
  "%s, and a working one is mounted in its place",
  { timeout: TIMEOUT_MILLIS },
  async ([name, how], context) => {
    const disk = failingDisk();
    if (disk === undefined) return skipLoudly(context, name);
    const row = await startFaultRow({ directory: join(disk.path, "audit") });
    await row.service.ask("flush");
    disk.fail(how);
    await row.traffic();
    disk.repair();
    await row.recovered();
    // The views that stand on that disk lack what the journal on it has: they are kept beside the new ones.
    const aside = [
      "audit_checkpoints.jsonl.foreign",
      "audit_log.csv.foreign",
      "audit_log.json.foreign",
    ];
    const { trail } = await row.finish({ aside });
    expect(trail.lost).toBeGreaterThan(0);
  },
);

test(
  "what was written cannot be synced",
  async (context) => {
    const disk = overbookedDisk();
    if (disk === undefined) return skipLoudly(context, "a sync fails");
    const row = await startFaultRow({ directory: join(disk.path, "audit") });
    for (let round = 1; round <= ROUNDS; round++) {
      const filler = fill(disk.under);
      for (let failed = 0; failed < round;) {
        await row.traffic();
        failed = (await row.service.health()).unconfirmed;
      }
      filler.free();
      await row.recovered();
    }
    await row.finish();
  },
  TIMEOUT_MILLIS,
);

test(
  "too many open files (EMFILE)",
  async () => {
    const row = await startFaultRow();
    for (let round = 0; round < ROUNDS; round++) {
      limit(row.service.pid, "nofile", "3");
      await row.traffic();
      limit(row.service.pid, "nofile", "1024");
      await row.recovered();
    }
    await row.finish();
  },
  TIMEOUT_MILLIS,
);

test(
  "the audit directory is deleted while it is used",
  async () => {
    const row = await startFaultRow();
    for (let round = 0; round < ROUNDS; round++) {
      rmSync(row.directory, { recursive: true });
      await row.traffic();
      await row.recovered();
      expect(existsSync(join(row.directory, "journal"))).toBe(true);
    }
    await row.finish();
  },
  TIMEOUT_MILLIS,
);
