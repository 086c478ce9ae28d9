/** What others do to the files of a journal while it is being written. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Audit, createAudit, type JournalSettings } from "otel-audit";
import { type AuditRecord, readJournal } from "otel-audit/read";
import { smallDisk } from "../support/small-disk.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Trail {
  readonly audit: Audit;
  readonly directory: string;
  readonly folder: string;
  /** Path of a segment. */
  readonly segment: (number: number) => string;
  /** Records so many events; gives the ids of those that were acknowledged as durable. */
  readonly write: (count: number) => Promise<string[]>;
}

async function open(
  options: JournalSettings = {},
  root: string = temporaryDirectory(),
): Promise<Trail> {
  const directory = join(root, "audit");
  const audit = await createAudit({
    directory,
    format: "json",
    policy: { version: 1 },
    journal: options,
  });
  onTestFinished(() => audit.close());
  const folder = join(directory, "journal", audit.stream);
  return {
    audit,
    directory,
    folder,
    segment: (number) => join(folder, `${number}.jsonl`),
    async write(count) {
      const receipts = await Promise.all(
        Array.from({ length: count }, (_, at) =>
          audit.record({ action: "note_write", actor: "ann", details: { note: `note ${at}` } }),
        ),
      );
      expect(receipts.every(({ synced }) => synced)).toBe(true);
      return receipts.map(({ recordId }) => recordId);
    },
  };
}

/** The views may put a file into a folder that was just emptied: then it is tried again. */
function removeAll(directory: string): void {
  rmSync(directory, { recursive: true, maxRetries: 10, retryDelay: 10 });
}

function shownIn(directory: string): readonly string[] {
  const path = join(directory, "audit_log.json");
  if (!existsSync(path)) return [];
  const rows = JSON.parse(readFileSync(path, "utf8")) as { readonly record_id: string }[];
  return rows.map((row) => row.record_id);
}

interface Found {
  readonly ids: readonly string[];
  readonly changes: readonly unknown[];
  readonly gaps: readonly AuditRecord[];
}

async function close({ audit, directory }: Trail): Promise<Found> {
  await audit.close();
  const records: AuditRecord[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "record") records.push(entry.record);
  }
  // Who reads behind the journal has read every record that is in it, and some that were lost later.
  // A view that was renamed with its directory keeps its rows there, and the new one goes on.
  const shown = [directory, `${directory}-old`].flatMap(shownIn);
  const results = records.filter(({ attributes }) => attributes["audit.record.kind"] === "result");
  const unseen = results.map(({ attributes }) => String(attributes["audit.record.id"]));
  expect(unseen.filter((id) => !shown.includes(id))).toEqual([]);
  expect(new Set(shown).size).toBe(shown.length);
  const sequences = records.map(({ attributes }) => Number(attributes["audit.sequence.number"]));
  const distinct = [...new Set(sequences)];
  expect(distinct).toEqual(distinct.toSorted((left, right) => left - right));
  return {
    ids: records.map(({ attributes }) => String(attributes["audit.record.id"])),
    changes: records
      .filter(({ attributes }) => attributes["audit.action"] === "audit_file_change")
      // The views have tests of their own.
      .filter(({ attributes }) => String(attributes["audit.target.id"]).startsWith("journal/"))
      .map(({ body }) => body),
    gaps: records.filter(({ attributes }) => attributes["audit.record.kind"] === "gap"),
  };
}

/** Sequence numbers that no record has. */
function missingIn({ ids }: Found): readonly number[] {
  const present = new Set(ids.map((id) => Number(id.split(".")[1])));
  const all = Array.from({ length: Math.max(...present) }, (_, at) => at + 1);
  return all.filter((number) => !present.has(number));
}

const nameOf = ({ audit }: Trail, number: number): string =>
  `journal/${audit.stream}/${number}.jsonl`;

describe("a segment that others took away comes back, and everything stays in its order", () => {
  test.each<[string, string, (trail: Trail) => void]>([
    ["deleted", "deleted", ({ segment }) => rmSync(segment(1))],
    ["renamed", "renamed", ({ segment }) => renameSync(segment(1), `${segment(1)}.1`)],
    ["deleted with its stream", "deleted", ({ folder }) => rmSync(folder, { recursive: true })],
    ["deleted with the audit directory", "deleted", ({ directory }) => removeAll(directory)],
    [
      "renamed with the audit directory",
      "renamed",
      ({ directory }) => renameSync(directory, `${directory}-old`),
    ],
  ])("%s", async (_name, change, act) => {
    const trail = await open();
    const ids = await trail.write(20);
    act(trail);
    ids.push(...(await trail.write(20)));
    // Whoever was told that a record is durable finds it in the directory, at once.
    const text = readFileSync(trail.segment(1), "utf8");
    expect(ids.filter((id) => !text.includes(`"${id}"`))).toEqual([]);
    const found = await close(trail);
    expect(ids.filter((id) => !found.ids.includes(id))).toEqual([]);
    expect(found.changes).toEqual([{ file: nameOf(trail, 1), change, restored: true }]);
    expect(found.gaps).toEqual([]);
    expect(readdirSync(trail.folder)).toContain("1.jsonl");
    expect(readdirSync(trail.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(statSync(trail.directory).mode & 0o777).toBe(0o700);
    expect(statSync(trail.folder).mode & 0o777).toBe(0o700);
    expect(statSync(trail.segment(1)).mode & 0o777).toBe(0o600);
  });

  test("replaced: what stands in its place is kept under a free name", async () => {
    const trail = await open();
    const ids = await trail.write(20);
    writeFileSync(`${trail.segment(1)}.foreign`, "older");
    writeFileSync(join(trail.directory, "forged"), "forged\n");
    renameSync(join(trail.directory, "forged"), trail.segment(1));
    ids.push(...(await trail.write(20)));
    const found = await close(trail);
    expect(ids.filter((id) => !found.ids.includes(id))).toEqual([]);
    expect(found.changes).toEqual([
      {
        file: nameOf(trail, 1),
        change: "replaced",
        kept_as: `${nameOf(trail, 1)}.foreign-2`,
        restored: true,
      },
    ]);
    expect(readFileSync(`${trail.segment(1)}.foreign`, "utf8")).toBe("older");
    expect(readFileSync(`${trail.segment(1)}.foreign-2`, "utf8")).toBe("forged\n");
  });

  test("a folder in its place is kept too", async () => {
    const trail = await open();
    const ids = await trail.write(5);
    rmSync(trail.segment(1));
    mkdirSync(trail.segment(1));
    ids.push(...(await trail.write(5)));
    const found = await close(trail);
    expect(ids.filter((id) => !found.ids.includes(id))).toEqual([]);
    expect(statSync(`${trail.segment(1)}.foreign`).isDirectory()).toBe(true);
  });

  test("also while nobody writes", async () => {
    const trail = await open();
    const ids = await trail.write(5);
    removeAll(trail.directory);
    await expect.poll(() => existsSync(trail.segment(1))).toBe(true);
    const lock = join(trail.directory, "state", `stream-${trail.audit.stream}.lock`);
    await expect.poll(() => existsSync(lock)).toBe(true);
    const found = await close(trail);
    expect(ids.filter((id) => !found.ids.includes(id))).toEqual([]);
    expect(found.changes).toHaveLength(1);
  });

  test("also when the log is closed right after", async () => {
    const trail = await open();
    const ids = await trail.write(5);
    rmSync(trail.segment(1));
    const found = await close(trail);
    expect(ids.filter((id) => !found.ids.includes(id))).toEqual([]);
    expect(found.changes).toHaveLength(1);
  });

  test("again and again, under load", async () => {
    const trail = await open({ maxSegmentBytes: 64 * 1024 });
    const ids: string[] = [];
    for (let round = 0; round < 20; round++) {
      const writing = trail.write(50);
      const newest = Math.max(
        ...readdirSync(trail.folder).map((name) => Number.parseInt(name, 10)),
      );
      rmSync(trail.segment(newest), { force: true });
      ids.push(...(await writing));
    }
    const found = await close(trail);
    expect(ids.filter((id) => !found.ids.includes(id))).toEqual([]);
    expect(found.gaps).toEqual([]);
    expect(found.changes.length).toBeGreaterThan(10);
  });
});

describe("what cannot be saved is named", () => {
  test.each<[string, (size: number) => number]>([
    ["cut to nothing", () => 0],
    ["cut within a line", (size) => size - 100],
  ])("%s", async (_name, sizeAfter) => {
    const trail = await open();
    const ids = await trail.write(20);
    truncateSync(trail.segment(1), sizeAfter(statSync(trail.segment(1)).size));
    const more = await trail.write(20);
    const found = await close(trail);
    // Nothing that was written after the cut is missing.
    expect(more.filter((id) => !found.ids.includes(id))).toEqual([]);
    const missing = [...ids, ...more].filter((id) => !found.ids.includes(id));
    expect(found.changes).toEqual([
      { file: nameOf(trail, 1), change: "truncated", restored: false },
    ]);
    const [gap, ...others] = found.gaps;
    expect(others).toEqual([]);
    expect(gap?.body).toMatchObject({ file: nameOf(trail, 1) });
    const { from_sequence: from, to_sequence: to } = gap?.body ?? {};
    const lost = missingIn(found);
    expect(gap?.attributes["audit.count"]).toBe(lost.length);
    expect([from, to]).toEqual([Math.min(...lost), Math.max(...lost)]);
    expect(missing.length).toBeGreaterThan(0);
    // Nothing was filled with NULs.
    for (const file of readdirSync(trail.folder)) {
      expect(readFileSync(join(trail.folder, file)).includes(0)).toBe(false);
    }
  });

  test("earlier segments that went with the folder", async () => {
    const trail = await open({ maxSegmentBytes: 64 * 1024 });
    const ids = await trail.write(300);
    expect(readdirSync(trail.folder).length).toBeGreaterThan(2);
    rmSync(trail.folder, { recursive: true });
    ids.push(...(await trail.write(5)));
    const found = await close(trail);
    const counts = found.gaps.map(({ attributes }) => Number(attributes["audit.count"]));
    const lost = ids.filter((id) => !found.ids.includes(id));
    // The start record and checkpoints are lost too, and have no receipt.
    expect(missingIn(found).length).toBeGreaterThan(lost.length + 1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(missingIn(found).length);
  });
});

test("a closed segment that was deleted is told when the next one begins", async () => {
  const trail = await open({ maxSegmentBytes: 64 * 1024 });
  const ids = await trail.write(300);
  rmSync(trail.segment(2));
  ids.push(...(await trail.write(200)));
  const found = await close(trail);
  const lost = ids.filter((id) => !found.ids.includes(id));
  expect(lost.length).toBeGreaterThan(0);
  expect(found.changes).toEqual([{ file: nameOf(trail, 2), change: "deleted", restored: false }]);
  expect(found.gaps.map(({ attributes }) => attributes["audit.count"])).toEqual([
    missingIn(found).length,
  ]);
});

test("a file in the place of the next segment is left alone, and told", async () => {
  const trail = await open({ maxSegmentBytes: 64 * 1024 });
  appendFileSync(trail.segment(2), "foreign\n");
  const ids = await trail.write(200);
  const found = await close(trail);
  expect(ids.filter((id) => !found.ids.includes(id))).toEqual([]);
  expect(readFileSync(trail.segment(2), "utf8")).toBe("foreign\n");
  expect(found.changes).toContainEqual({
    file: nameOf(trail, 2),
    change: "foreign",
    restored: false,
  });
});

test("without room for the copy nobody is told that it is durable; with room it comes back", async (context) => {
  const disk = smallDisk();
  if (disk === undefined) {
    console.warn(
      "test/journal/external-change.test.ts: SKIPPED, NOT TESTED: mounting a tmpfs needs root on Linux",
    );
    context.skip();
    return;
  }
  const trail = await open({ reserveBytes: 0 }, disk);
  const ids = await trail.write(60);
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "filler"), Buffer.alloc(bavail * bsize - 8 * 1024));
  rmSync(trail.segment(1));
  const receipt = await trail.audit.record({ action: "pause", actor: "ann" });
  expect(receipt).toMatchObject({ written: true, synced: false });
  expect(trail.audit.health()).toMatchObject({ state: "red" });
  expect(trail.audit.health().problems[0]).toContain("cannot be mended yet");
  rmSync(join(disk, "filler"));
  await expect.poll(() => trail.audit.health().state).toBe("yellow");
  expect(existsSync(trail.segment(1))).toBe(true);
  const found = await close(trail);
  expect([...ids, receipt.recordId].filter((id) => !found.ids.includes(id))).toEqual([]);
  expect(found.changes).toHaveLength(1);
  expect(readdirSync(trail.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
