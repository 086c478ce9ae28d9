/** Which files are read, once each, and in which order. */
import { spawnSync } from "node:child_process";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { filesToRead, journalOf } from "../../src/verify/files-to-read.ts";
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
  expect([...copies, ...segments].flatMap(({ refusal }) => refusal ?? [])).toEqual([]);
});

test("a file with two names is read once, by the first", async () => {
  const directory = temporaryDirectory();
  writeDeep(join(directory, "a.jsonl"), "a");
  const paths = [relative(process.cwd(), join(directory, "a.jsonl")), join(directory, "a.jsonl")];
  const { copies } = await filesToRead(paths);
  expect(copies.map(({ path }) => path)).toEqual(paths.slice(0, 1));
});

test("what is no file is read only where somebody names it", async () => {
  const directory = temporaryDirectory();
  const pipe = join(directory, "a.jsonl");
  spawnSync("mkfifo", [pipe]);
  const { copies } = await filesToRead([directory]);
  expect(copies).toEqual([{ path: pipe, bytes: 0, refusal: "it is no file" }]);
  expect((await filesToRead([pipe])).copies).toEqual([{ path: pipe, bytes: 0 }]);
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
