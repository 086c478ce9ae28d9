import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { createAudit } from "otel-audit";
import {
  blocksOf,
  filesOf,
  readJournal,
  type ReadRecord,
  readRecords,
} from "../../src/read/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const OTHER = "BbCdEfGhIjKlMnOp";

function directoryOf(paths: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const path of paths) {
    mkdirSync(join(directory, path, ".."), { recursive: true });
    writeFileSync(join(directory, path), "");
  }
  return directory;
}

const listed = [
  `journal/${STREAM}/2.jsonl`,
  `journal/${STREAM}/10.jsonl`,
  `journal/${OTHER}/1.jsonl`,
  "audit_log.json",
  "audit_log-10.json",
  "audit_log-9.json",
  "audit-2026-11-21T05-54-09.782.jsonl",
  "audit.csv",
  "audit.jsonl",
  "audit_checkpoints.jsonl",
  "audit_log.csv",
  "loki.json",
  "old.jsonl.gz",
];
const left = [
  `journal/${STREAM}/1.jsonl.foreign`,
  `journal/${STREAM}/3.jsonl.tmp`,
  "journal/no-stream/1.jsonl",
  "state/views.lock",
  "state/purged.json",
  `quarantine/${STREAM}.1.jsonl`,
  "audit_log.json.foreign",
  "audit_log.csv.foreign-2",
  "audit_log.json.tmp",
  "audit.yaml",
  "queue/file.json",
];

test("what holds records in a directory, in order", () => {
  const directory = directoryOf([...listed, ...left]);
  expect(filesOf(directory).map((file) => relative(directory, file))).toEqual(listed);
});

test("a part of a directory, and a file", () => {
  const directory = directoryOf([...listed, ...left]);
  const in_ = (path: string): readonly string[] =>
    filesOf(join(directory, path)).map((file) => relative(directory, file));
  expect(in_("journal")).toEqual(listed.slice(0, 3));
  expect(in_(`journal/${STREAM}`)).toEqual(listed.slice(0, 2));
  expect(in_("audit_log.json.foreign")).toEqual(["audit_log.json.foreign"]);
});

test("what is not there, or is no file, is an AuditError that names it", async () => {
  const absent = join(temporaryDirectory(), "absent");
  const error = {
    name: "AuditError",
    code: "unreadable",
    message: expect.stringContaining(absent) as string,
  };
  expect(() => filesOf(absent)).toThrow(expect.objectContaining(error) as Error);
  await expect(blocksOf(absent).next()).rejects.toMatchObject(error);
  await expect(readRecords([absent]).next()).rejects.toMatchObject(error);
  const folder = temporaryDirectory();
  await expect(blocksOf(folder).next()).rejects.toMatchObject({ code: "unreadable" });
});

test("an audit directory: each result stands in the journal and both views, without doubts", async () => {
  const audit = await createAudit({ directory: temporaryDirectory(), policy: { version: 1 } });
  const odd = {
    "a.b": { "": 1e-7, n: null },
    list: [{}, [], 'x"\n,=', -0.5],
    "<&>\u2028": "\u0000é😀",
  };
  for (const reason of ["=1+1", 'say "hi"\r\nthere', "plain"])
    await audit.record({ action: "pause", actor: "-ann", reason, details: odd, before: { x: 1 } });
  await audit.close();
  const found: ReadRecord[] = [];
  for await (const item of readRecords(audit.directory)) {
    if (item.kind === "problem") throw new Error(`${item.file}:${item.line}: ${item.message}`);
    expect(item.doubts).toEqual([]);
    found.push(item);
  }
  const results = found.filter(({ record }) => record.attributes["audit.action"] === "pause");
  const byId = Map.groupBy(results, ({ record }) => String(record.attributes["audit.record.id"]));
  expect(byId.size).toBe(3);
  for (const copies of byId.values()) {
    const [journal, ...views] = copies;
    expect(views.map(({ file }) => relative(audit.directory, file))).toEqual([
      "audit_log.json",
      "audit_log.csv",
    ]);
    for (const { record } of views) expect(record).toEqual(journal?.record);
  }
});

test("a file that is compressed is one problem", async () => {
  const file = join(temporaryDirectory(), "audit.jsonl.gz");
  writeFileSync(file, Uint8Array.from([0x1f, 0x8b, 8, 0, 0x0a, 1, 2, 0x0a]));
  const found = [];
  for await (const item of readRecords(file)) found.push(item);
  expect(found).toEqual([
    { kind: "problem", file, line: 1, message: expect.stringContaining("gzip") as string },
  ]);
});

test.skipIf(process.platform === "win32")(
  "what is no file is one problem, and is not read",
  async () => {
    const directory = directoryOf(["audit.csv", `journal/${STREAM}/1.jsonl`]);
    const pipes = [join(directory, "journal", STREAM, "2.jsonl"), join(directory, "audit.jsonl")];
    for (const pipe of pipes) execFileSync("mkfifo", [pipe]);
    const problems = pipes.map((file) => ({
      kind: "problem",
      file,
      line: 1,
      message: "it is no file",
    }));
    const found = [];
    for await (const item of readRecords(directory)) found.push(item);
    expect(found).toEqual(problems);
    await expect(readJournal(directory).next()).rejects.toMatchObject({ code: "unreadable" });
  },
);
