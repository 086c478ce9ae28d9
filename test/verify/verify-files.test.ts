/** Files and directories, however often they are named, and whatever becomes of them meanwhile. */
import { spawnSync } from "node:child_process";
import { rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { verifyFiles } from "../../src/verify/index.ts";
import { sealed, text } from "../support/edited-journal.ts";
import { directoryOf } from "../support/journal-directory.ts";
import { HISTORIES, journalOf } from "../support/key-histories.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";
import { writeDeep } from "../support/two-verifiers.ts";

const [A, B, C] = STREAMS;
const segment = (directory: string, stream: string): string =>
  join(directory, "journal", stream, "1.jsonl");
const codesOf = async (paths: readonly string[]): Promise<readonly string[]> =>
  (await verifyFiles(paths)).findings.map(({ code }) => code);

describe("several copies", () => {
  test("the journals of two directories may hold the same, and those of one may not", async () => {
    const [first, second] = [directoryOf(sealed()), directoryOf(sealed())];
    const alone = await codesOf([first]);
    expect(await codesOf([first, second])).toEqual(alone);
    expect(await codesOf([first, first])).toEqual(alone);
    writeDeep(join(first, "journal", A, "2.jsonl"), text(linesOf(A)));
    expect(alone).not.toContain("record_inserted");
    expect(await codesOf([first])).toContain("record_inserted");
  });
});

test("a stream that begins while copies are read is read too", async () => {
  const directory = directoryOf({ [A]: linesOf(A) });
  writeDeep(join(directory, "a.jsonl"), text(linesOf(A)));
  let isFirst = true;
  const { streams } = await verifyFiles([directory], {
    onProgress() {
      if (isFirst) writeDeep(segment(directory, C), text(linesOf(C)));
      isFirst = false;
    },
  });
  expect(streams.map(({ stream }) => stream)).toContain(C);
});

describe("what somebody is told", () => {
  test("how many bytes of how many were read, file by file", async () => {
    const directory = directoryOf(sealed());
    writeDeep(join(directory, "a.jsonl"), text(linesOf(A)));
    const sizes = [
      join(directory, "a.jsonl"),
      ...[A, B, C].map((one) => segment(directory, one)),
    ].map((path) => statSync(path).size);
    const all = sizes.reduce((sum, size) => sum + size, 0);
    const told: (readonly [number, number])[] = [];
    await verifyFiles([directory], { onProgress: (done, of) => told.push([done, of]) });
    let done = 0;
    expect(told).toEqual(sizes.map((size) => [(done += size), all]));
  });
  test("it ends with the reason of a signal", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(verifyFiles([directoryOf(sealed())], { signal })).rejects.toThrow("enough");
  });
  test("it ends while files are read a second time, too", async () => {
    const directory = directoryOf(sealed());
    writeDeep(join(directory, "a.jsonl"), text(linesOf(A)).replace('"pause"', '"stop"'));
    const ending = new AbortController();
    let read = 0;
    const verified = verifyFiles([directory], {
      signal: ending.signal,
      onProgress: () => ++read === 4 && ending.abort(new Error("enough")),
    });
    await expect(verified).rejects.toThrow("enough");
  });
});

describe("files that go away meanwhile", () => {
  /** Verifies a directory from which one more stream goes away in each of the first readings. */
  function verifyLosing(streams: readonly string[]): ReturnType<typeof verifyFiles> {
    const [, write] = HISTORIES.find(([name]) => name === "a stream adopted") ?? [];
    if (write === undefined) throw new Error("no such history");
    const names = ["a", "b", "c", "d"].map((name) => name.repeat(16));
    const directory = directoryOf({ ...journalOf(write) });
    for (const name of names) writeDeep(segment(directory, name), "\n");
    const left = [...streams];
    return verifyFiles([directory], {
      onProgress(done) {
        // Right behind the first file of a reading.
        if (done !== statSync(segment(directory, A)).size) return;
        const next = left.pop();
        if (next !== undefined) rmSync(join(directory, "journal", next), { recursive: true });
      },
    });
  }
  const [a, b, c] = ["a".repeat(16), "b".repeat(16), "c".repeat(16)];
  test("twice: everything is read again", async () => {
    expect((await verifyLosing([a, b])).verdict).toBe("verified");
  });
  test("a third time: that is an error", async () => {
    await expect(verifyLosing([a, b, c])).rejects.toMatchObject({ code: "unreadable" });
  });
  test("a copy that goes away is a finding", async () => {
    const directory = directoryOf(sealed());
    writeDeep(join(directory, "a.jsonl"), text(linesOf(A)));
    writeDeep(join(directory, "b.jsonl"), text(linesOf(A)));
    const report = await verifyFiles([directory], {
      onProgress: () => rmSync(join(directory, "b.jsonl"), { force: true }),
    });
    const found = report.findings.filter(({ code }) => code === "line_unreadable");
    expect(found.map(({ file }) => file)).toEqual([join(directory, "b.jsonl")]);
    expect(found[0]?.message).toContain("ENOENT");
  });
});

/** What cannot be read of a directory, by the names of its files. */
async function unreadable(directory: string): Promise<readonly (readonly [string, string])[]> {
  const { findings } = await verifyFiles([directory]);
  return findings
    .filter(({ code }) => code === "line_unreadable" || code === "view_passed_over")
    .map(({ file = "", message }) => [relative(directory, file), message]);
}

describe("what is no file of records is a finding", () => {
  test.each<readonly [string, string, (path: string) => void, string]>([
    ["no records", "a.txt.jsonl", (path) => writeFileSync(path, "hello\n"), "is no"],
    ["a link that leads nowhere", "a.jsonl", (path) => symlinkSync(`${path}.none`, path), "ENOENT"],
    ["a pipe", "a.jsonl", (path) => spawnSync("mkfifo", [path]), "it is no file"],
    [
      "a view of five columns",
      "a.csv",
      (path) => writeFileSync(path, "timestamp,action_type,status,details,error\n"),
      "it is a view of five columns",
    ],
    [
      "a segment that leads to itself",
      `journal/${A}/2.jsonl`,
      (path) => symlinkSync(path, path),
      "ELOOP",
    ],
  ])("%s", async (_name, name, make, why) => {
    const directory = directoryOf(sealed());
    // Files are read a second time because of it.
    writeDeep(join(directory, "z.jsonl"), text(linesOf(A)).replace('"pause"', '"stop"'));
    make(join(directory, name));
    const found = await unreadable(directory);
    expect(found.map(([file]) => file)).toEqual([name]);
    expect(found[0]?.[1]).toContain(why);
  });
});
