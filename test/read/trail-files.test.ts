/** Files of a trail that are renamed, replaced or deleted between being listed and being read. */
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { EVERYTHING, readRecords, searchTrail, sourcesOf } from "../../src/read/index.ts";
import { askedTrail } from "../support/asked-trail.ts";
import { TEXT_OF } from "../support/stored-forms.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const lines = TEXT_OF["json-lines"](askedTrail()).trimEnd().split("\n");
const textOf = (from: number, until?: number): string => `${lines.slice(from, until).join("\n")}\n`;

/** A directory as a Collector leaves it: one file that was rotated, one that is written. */
function collectorDirectory(): { readonly directory: string; readonly now: string } {
  const directory = temporaryDirectory();
  const now = join(directory, "audit.jsonl");
  writeFileSync(join(directory, "audit-1.jsonl"), textOf(0, 4));
  writeFileSync(now, textOf(4, 9));
  return { directory, now };
}

/** Which lines are read, by the names of their files; `change` happens behind the first. */
async function read(
  paths: readonly string[],
  change: () => void,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const found: (readonly [file: string, number: number])[] = [];
  for await (const item of readRecords(paths)) {
    if (item.kind === "problem") throw new Error(`${item.file}:${item.line}: ${item.message}`);
    if (found.length === 0) change();
    const { "audit.sequence.number": number } = item.record.attributes;
    found.push([basename(item.file), Number(number)]);
  }
  const files = Map.groupBy(found, ([file]) => file);
  return Object.fromEntries(
    [...files].map(([file, records]) => [file, records.map(([, number]) => number)]),
  );
}

describe("a file that is rotated before it is read", () => {
  const rotate = (directory: string, now: string): void => {
    renameSync(now, join(directory, "audit-2.jsonl"));
    writeFileSync(now, textOf(9));
  };
  const FOUND = { "audit-1.jsonl": [1, 2, 3, 4], "audit-2.jsonl": [5, 6, 7, 8, 9] };
  test("is read under its new name", async () => {
    const { directory, now } = collectorDirectory();
    expect(await read([directory], () => rotate(directory, now))).toEqual(FOUND);
  });
  test("also where it was named itself", async () => {
    const { directory, now } = collectorDirectory();
    const paths = [join(directory, "audit-1.jsonl"), now];
    expect(await read(paths, () => rotate(directory, now))).toEqual(FOUND);
  });
  test("also where nothing has its name yet", async () => {
    const { directory, now } = collectorDirectory();
    const change = (): void => renameSync(now, join(directory, "audit-2.jsonl"));
    expect(await read([directory], change)).toEqual(FOUND);
  });
});

test("a file that is replaced is read as it is by then", async () => {
  const { directory, now } = collectorDirectory();
  const found = await read([directory], () => {
    writeFileSync(`${now}.tmp`, textOf(4));
    renameSync(`${now}.tmp`, now);
  });
  expect(found["audit.jsonl"]).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
});

test("what comes into a file before it is read is read", async () => {
  const { directory, now } = collectorDirectory();
  const found = await read([directory], () => appendFileSync(now, textOf(9)));
  expect(found["audit.jsonl"]).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
});

test("a file with two names is read once", async () => {
  const { directory, now } = collectorDirectory();
  const found = await read([now, directory, now], () => {});
  expect(Object.values(found).flat()).toEqual([5, 6, 7, 8, 9, 1, 2, 3, 4]);
});

describe("what is deleted before it is read", () => {
  const STREAM = "AbCdEfGhIjKlMnOp";
  test("is passed over, with the directory that it was in", async () => {
    const { directory } = collectorDirectory();
    const folder = join(directory, "journal", STREAM);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "1.jsonl"), textOf(0));
    const sources = await sourcesOf([directory]);
    rmSync(folder, { recursive: true });
    const { total, problemCount } = await searchTrail(sources, EVERYTHING);
    expect({ total, problemCount }).toEqual({ total: 6, problemCount: 0 });
  });
  test("is an error where it was named", async () => {
    const { now } = collectorDirectory();
    const sources = await sourcesOf([now]);
    rmSync(now);
    await expect(searchTrail(sources, EVERYTHING)).rejects.toMatchObject({
      code: "unreadable",
      message: expect.stringContaining(now) as string,
    });
  });
});

test("a file that nobody can look at is an error that names it", async () => {
  const { directory } = collectorDirectory();
  const path = join(directory, "loop.jsonl");
  symlinkSync(path, path);
  await expect(searchTrail(await sourcesOf([directory]), EVERYTHING)).rejects.toMatchObject({
    name: "AuditError",
    code: "unreadable",
    message: expect.stringContaining(path) as string,
  });
});
