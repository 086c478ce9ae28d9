/** Copies that say something else than the journal, and copies of what it does not have any more. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { countTrail, parseQuery, searchTrail, sourcesOf } from "../../../src/read/index.ts";
import { askedTrail } from "../../support/asked-trail.ts";
import { TEXT_OF } from "../../support/stored-forms.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const lines = TEXT_OF["json-lines"](askedTrail()).trimEnd().split("\n");
const csv = TEXT_OF.csv(askedTrail());
let directory = "";

function write(file: string, text: string): void {
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function writeJournal(of: readonly string[], segment = 1): void {
  write(`journal/${STREAM}/${segment}.jsonl`, of.map((line) => `${line}\n`).join(""));
}

async function found(typed: string, limit?: number): Promise<readonly number[]> {
  const sources = await sourcesOf([directory]);
  const query = parseQuery(typed, { zone: "UTC" });
  const { records, total } = await searchTrail(sources, query, { order: "oldest", limit });
  const { counts } = await countTrail(sources, query, []);
  expect([...counts.values()].reduce((sum, one) => sum + one.records, 0)).toBe(total);
  return records.map(({ sequence }) => sequence);
}

beforeEach(() => {
  directory = temporaryDirectory();
});

describe("a copy that was edited", () => {
  beforeEach(() => {
    writeJournal(lines);
    write("audit_log.csv", csv.replaceAll(/\bann\b/g, "mallory"));
  });

  test.each<[typed: string, sequences: readonly number[]]>([
    ["actor:ann", [2, 7, 8, 10]],
    ["actor:mallory", []],
    ["-actor:ann", [3, 4, 6, 11, 12]],
    ["actor:mallory -outcome:success", []],
    ["kind:result,intent actor:mallory", []],
  ])("does not speak for the journal: %s", async (typed, sequences) => {
    expect(await found(typed)).toEqual(sequences);
  });
  test("takes no place of what comes first", async () =>
    expect(await found("-actor:ann", 3)).toEqual([3, 4, 6]));
});

test("many that were edited are looked up too", async () => {
  writeJournal(lines);
  write("audit_log.csv", csv.replaceAll(/\btrainer\b/g, "intruder"));
  expect(await found("-service:trainer")).toEqual([]);
  expect(await found("service:intruder")).toEqual([]);
});

describe("a copy answers for a journal", () => {
  test("that has lost lines", async () => {
    const torn = lines.map((line, at) => (at === 6 || at === 9 ? line.slice(0, 60) : line));
    writeJournal(torn);
    write("audit_log.csv", csv);
    expect(await found("actor:ann")).toEqual([2, 7, 8, 10]);
  });
  test("of which retention took the first segments", async () => {
    writeJournal(lines.slice(8), 2);
    write("audit_log.csv", csv);
    expect(await found("actor:ann")).toEqual([2, 7, 8, 10]);
  });
});

test("a copy that was edited does not speak for a journal that is named behind it", async () => {
  writeJournal(lines);
  write("first.csv", csv.replaceAll(/\bann\b/g, "mallory"));
  const sources = await sourcesOf([join(directory, "first.csv"), directory]);
  const { total } = await searchTrail(sources, parseQuery("actor:mallory"));
  expect(total).toBe(0);
});
