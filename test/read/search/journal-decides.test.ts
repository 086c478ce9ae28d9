/** Copies that say something else than the journal, and copies of what it does not have any more. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
  countTrail,
  countTrailWays,
  parseQuery,
  searchTrail,
  sourcesOf,
} from "../../../src/read/index.ts";
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

describe("times of groups are of what counts", () => {
  const spans = async (typed: string): Promise<unknown> => {
    const query = parseQuery(typed, { zone: "UTC" });
    const sources = await sourcesOf([directory]);
    const { ways } = await countTrailWays(sources, query, [[], [{ field: "actor" }]]);
    return ways.map((counts) =>
      [...counts.values()].map(({ values, first, last }) => [...values, first, last]),
    );
  };
  const timeOf = (sequence: number): string | undefined => {
    const [record] = lines
      .map((line) => JSON.parse(line) as { readonly [name: string]: unknown })
      .filter(({ sequence: own }) => own === sequence);
    return String(record?.["timestamp"]);
  };

  test("not of copies that were edited until they match", async () => {
    writeJournal(lines);
    const own = await spans("actor:bob");
    write("audit_log.csv", csv.replaceAll(/\bann\b/g, "bob"));
    expect(await spans("actor:bob")).toEqual(own);
    expect(own).toEqual([[["", timeOf(3), timeOf(11)]], [["bob", timeOf(3), timeOf(11)]]]);
  });
  test("not of copies whose times were edited", async () => {
    writeJournal(lines);
    const own = await spans("");
    write("audit_log.csv", csv.replaceAll("2026-", "2019-"));
    expect(await spans("")).toEqual(own);
  });
  test("not of copies before and behind it", async () => {
    writeJournal(lines);
    const own = await spans("");
    write("a.jsonl", TEXT_OF["json-lines"](askedTrail()).replaceAll("2026-", "2019-"));
    write("z.jsonl", TEXT_OF["json-lines"](askedTrail()).replaceAll("2026-", "2031-"));
    expect(await spans("")).toEqual(own);
  });
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
