/** Which files are read, once each, and in which order. */
import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { filesToRead, journalOf, segmentsNow } from "../../src/verify/files-to-read.ts";
import { STREAMS } from "../support/sealed-journal.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { writeDeep } from "../support/two-verifiers.ts";

const [A, B] = STREAMS;
const [FIRST, SECOND] = [`journal/${A}/1.jsonl`, `journal/${B}/1.jsonl`];

test("the view of the checkpoints, other copies, and segments behind them", async () => {
  const directory = temporaryDirectory();
  for (const name of [FIRST, SECOND, "audit_checkpoints.jsonl", "a.jsonl", "z.jsonl"])
    writeDeep(join(directory, name), name);
  const { copies, segments } = await filesToRead([join(directory, "z.jsonl"), directory]);
  const said = (files: typeof copies): readonly (readonly [string, number])[] =>
    files.map(({ path, bytes }) => [relative(directory, path), bytes]);
  expect(said(copies)).toEqual([
    ["audit_checkpoints.jsonl", 23],
    ["z.jsonl", 7],
    ["a.jsonl", 7],
  ]);
  expect(said(segments)).toEqual([
    [FIRST, FIRST.length],
    [SECOND, SECOND.length],
  ]);
});

test("a file with two names is read once, by the first", async () => {
  const directory = temporaryDirectory();
  writeDeep(join(directory, "a.jsonl"), "a");
  const paths = [relative(process.cwd(), join(directory, "a.jsonl")), join(directory, "a.jsonl")];
  const { copies } = await filesToRead(paths);
  expect(copies.map(({ path }) => path)).toEqual(paths.slice(0, 1));
});

test("what is no file is read only where somebody names it, and once", async () => {
  const directory = temporaryDirectory();
  const pipe = join(directory, "a.jsonl");
  spawnSync("mkfifo", [pipe]);
  const [found] = (await filesToRead([directory])).copies;
  expect(found).toMatchObject({ path: pipe, bytes: 0, isReadOnce: false });
  const problems = [];
  for await (const block of found?.blocks() ?? []) problems.push(block);
  expect(problems).toMatchObject([{ kind: "problem", file: pipe, message: "it is no file" }]);
  const [named] = (await filesToRead([pipe])).copies;
  expect(named).toMatchObject({ path: pipe, bytes: 0, isReadOnce: true });
});

test("segments are looked for again where copies were found, whatever has become of these", async () => {
  const directory = temporaryDirectory();
  const copy = join(directory, "a.jsonl");
  writeDeep(copy, "a");
  writeDeep(join(directory, FIRST), FIRST);
  const { copies } = await filesToRead([directory, copy]);
  renameSync(copy, join(directory, "b.jsonl"));
  writeDeep(join(directory, SECOND), SECOND);
  const segments = await segmentsNow([directory, copy], copies);
  expect(segments.map(({ path }) => relative(directory, path))).toEqual([FIRST, SECOND]);
});

test("what is not there is an error", async () => {
  await expect(filesToRead([join(temporaryDirectory(), "none")])).rejects.toMatchObject({
    code: "unreadable",
  });
});

test.each([
  ["/a/journal/AbCdEfGhIjKlMnOp/1.jsonl", "/a/journal"],
  ["/a/AbCdEfGhIjKlMnOp/22.jsonl", "/a"],
  ["/a/journal/AbCd/1.jsonl", "/a/journal/AbCd/1.jsonl"],
  ["/a/audit_log.json", "/a/audit_log.json"],
])("the journal of %s", (path, journal) => expect(journalOf(path)).toBe(journal));
