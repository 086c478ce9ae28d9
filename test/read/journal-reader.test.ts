import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { type JournalEntry, readJournal, toFlat } from "otel-audit/read";
import { encodeJsonLine } from "../../src/format/index.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const stream = "AbCdEfGhIjKlMnOp";
const other = "BbCdEfGhIjKlMnOp";

function journal(segments: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [path, text] of Object.entries(segments)) {
    mkdirSync(join(directory, "journal", path, ".."), { recursive: true });
    writeFileSync(join(directory, "journal", path), text);
  }
  return directory;
}

async function entriesOf(directory: string): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of readJournal(directory)) entries.push(entry);
  return entries;
}

const line = (sequence: number, of = stream): string =>
  `${encodeJsonLine(resultRecord(of, sequence))}\n`;
const idOf = (entry: JournalEntry): unknown =>
  entry.kind === "record" ? entry.record.attributes["audit.record.id"] : entry.message;

test("reads what an audit log wrote, also while it is open", async () => {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: { version: 1 },
  });
  await audit.record({ action: "pause", actor: "ann", reason: "a\u2028b\u2029c\rd\u0085e" });
  const [start, checkpoint, pause, ...rest] = await entriesOf(audit.directory);
  expect(rest).toEqual([]);
  expect(start).toMatchObject({ kind: "record", line: 1 });
  expect(checkpoint).toMatchObject({
    kind: "record",
    line: 2,
    record: { attributes: { "audit.record.kind": "checkpoint" } },
  });
  expect(pause).toMatchObject({ kind: "record", line: 3 });
  const flat = pause?.kind === "record" ? toFlat(pause.record) : undefined;
  expect(flat).toMatchObject({ action_type: "pause", actor_id: "ann" });
  expect(flat?.reason).toContain("\u2028");
  await audit.close();
});

test("streams and segments in order, other files left alone", async () => {
  const directory = journal({
    [`${other}/1.jsonl`]: line(1, other),
    [`${stream}/10.jsonl`]: line(4),
    [`${stream}/2.jsonl`]: line(3),
    [`${stream}/1.jsonl`]: line(1) + line(2),
    [`${stream}/1.jsonl.tmp`]: "junk",
    "not a stream/1.jsonl": "junk",
  });
  expect((await entriesOf(directory)).map(idOf)).toEqual([
    `${stream}.1`,
    `${stream}.2`,
    `${stream}.3`,
    `${stream}.4`,
    `${other}.1`,
  ]);
});

test("what is no record is named with file and line, and the rest is read", async () => {
  const directory = journal({
    [`${stream}/1.jsonl`]: `${line(1)}\n{"a":1}\nnot json\n${encodeJsonLine(fullRecord)}\n{"timest`,
  });
  const file = join(directory, "journal", stream, "1.jsonl");
  const entries = await entriesOf(directory);
  expect(entries.map(({ kind, line: at }) => [kind, at])).toEqual([
    ["record", 1],
    ["problem", 3],
    ["problem", 4],
    ["record", 5],
    ["problem", 6],
  ]);
  expect(entries.every((entry) => entry.file === file)).toBe(true);
  expect(entries.map(idOf)).toMatchObject([
    `${stream}.1`,
    expect.stringMatching(/^not an audit record: /),
    expect.stringMatching(/^not a JSON line: /),
    "AbCdEfGhIjKlMnOp.7",
    expect.stringMatching(/^the line has no end: /),
  ]);
  appendFileSync(file, "amp\n");
  expect((await entriesOf(directory)).at(-1)).toMatchObject({
    kind: "problem",
    message: expect.stringMatching(/^not a JSON line: /) as string,
  });
});

test("long lines and characters across the read size come whole", async () => {
  const record = { ...resultRecord(stream, 1), body: { text: "é😀".repeat(60_000) } };
  const directory = journal({ [`${stream}/1.jsonl`]: `${encodeJsonLine(record)}\n${line(2)}` });
  const [first, second] = await entriesOf(directory);
  expect(first).toMatchObject({ kind: "record", record: { body: record.body } });
  expect(second && idOf(second)).toBe(`${stream}.2`);
});

test("a directory without a journal has no entries", async () => {
  expect(await entriesOf(temporaryDirectory())).toEqual([]);
});

test("a reader may stop in the middle", async () => {
  const directory = journal({ [`${stream}/1.jsonl`]: line(1) + line(2) });
  for await (const entry of readJournal(directory)) {
    expect(idOf(entry)).toBe(`${stream}.1`);
    break;
  }
});

test("what cannot be read is an AuditError that names it", async () => {
  const absent = join(temporaryDirectory(), "absent");
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  const folder = temporaryDirectory();
  mkdirSync(join(folder, "journal", stream, "1.jsonl"), { recursive: true });
  const foreign = temporaryDirectory();
  writeFileSync(join(foreign, "journal"), "");
  for (const path of [absent, file, folder, foreign]) {
    await expect(entriesOf(path)).rejects.toMatchObject({
      name: "AuditError",
      code: "unreadable",
      message: expect.stringContaining(path) as string,
    });
  }
});
