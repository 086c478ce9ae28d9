/** Views of the five-key shape: they hold no record ids, and still nothing is lost or shown twice. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { createViewKeeper, type ViewFormat } from "../../src/deliver/index.ts";
import { openFiveJsonView } from "../../src/deliver/views/five-json-view.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { readRound } from "../support/read-round.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";
const B = "BbbbbbbbbbbbbbbB";

function writeJournal(directory: string, stream: string, from: number, to: number): void {
  mkdirSync(join(directory, "journal", stream), { recursive: true });
  for (let n = from; n <= to; n++) {
    const record = resultRecord(stream, n, { "audit.action": `${stream[0]}${n}` });
    appendFileSync(join(directory, "journal", stream, "1.jsonl"), `${encodeJsonLine(record)}\n`);
  }
}

/** What is said while the views are brought up to date. */
function keep(directory: string, format: ViewFormat = "both"): string[] {
  const said: string[] = [];
  const report = (line: string): void => void said.push(line);
  createViewKeeper({ directory, format, shape: "five", report }).close();
  return said;
}

const json = (directory: string): string => join(directory, "audit_log.json");
const csv = (directory: string): string => join(directory, "audit_log.csv");
const inJson = (path: string): string[] =>
  (JSON.parse(readFileSync(path, "utf8")) as { action_type: string }[]).map(
    ({ action_type }) => action_type,
  );
const inCsv = (directory: string): string[] =>
  parse(readFileSync(csv(directory), "utf8"))
    .slice(1)
    .map((row) => row[1] ?? "");
const names = (stream: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${stream}${from + at}`);

function expectAll(directory: string, to: number): void {
  expect(inCsv(directory)).toEqual(names("A", 1, to));
  expect(inJson(json(directory))).toEqual(names("A", 1, to).toReversed());
}

test("no result, no file", () => {
  const directory = temporaryDirectory();
  expect(keep(directory)).toEqual([]);
  expect(existsSync(json(directory)) || existsSync(csv(directory))).toBe(false);
});

test("a restart goes on where the views are, without doubles", () => {
  const directory = temporaryDirectory();
  for (const [from, to] of [
    [1, 3],
    [4, 6],
    [7, 6],
    [7, 7],
  ] as const) {
    writeJournal(directory, A, from, to);
    expect(keep(directory)).toEqual([]);
    expectAll(directory, to);
  }
});

test("CSV: a crash at any byte of an append, before or after the state, costs and doubles nothing", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  keep(directory);
  const before = readFileSync(csv(directory));
  const earlier = readFileSync(join(directory, "state", "view-five-csv.json"));
  writeJournal(directory, A, 4, 6);
  keep(directory);
  const whole = readFileSync(csv(directory));
  const state = readFileSync(join(directory, "state", "view-five-csv.json"));
  for (let size = before.length; size <= whole.length; size += 7) {
    writeFileSync(csv(directory), whole);
    truncateSync(csv(directory), size);
    writeFileSync(join(directory, "state", "view-five-csv.json"), state);
    keep(directory, "csv");
    expectAll(directory, 6);
  }
  // The state is saved first, so a file of old size goes with either state.
  writeFileSync(csv(directory), before);
  writeFileSync(join(directory, "state", "view-five-csv.json"), earlier);
  expect(keep(directory, "csv")).toEqual([]);
  expectAll(directory, 6);
  expect(existsSync(`${csv(directory)}.foreign`)).toBe(false);
});

test("JSON: a crash between the state and the file costs and doubles nothing", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  keep(directory);
  copyFileSync(json(directory), `${json(directory)}.before`);
  writeJournal(directory, A, 4, 6);
  keep(directory);
  copyFileSync(`${json(directory)}.before`, json(directory));
  expect(keep(directory)).toEqual([]);
  expectAll(directory, 6);
});

test.each(["audit_log.json", "audit_log.csv"])("%s that was taken away is built anew", (file) => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 4);
  keep(directory);
  rmSync(join(directory, file));
  expect(keep(directory)).toEqual([]);
  expectAll(directory, 4);
});

test.each<[string, (path: string) => void]>([
  ["grown", (path) => appendFileSync(path, "2026-01-01T00:00:00.000000Z,pause,success,,\r\n")],
  ["cut below what was written", (path) => truncateSync(path, 3)],
  ["overwritten", (path) => writeFileSync(path, '[{"action_type": "theirs"}]')],
])("a file that somebody else has %s is kept aside, and ours is whole again", (_, change) => {
  for (const path of [json, csv]) {
    const directory = temporaryDirectory();
    writeJournal(directory, A, 1, 2);
    keep(directory);
    writeJournal(directory, A, 3, 4);
    keep(directory);
    change(path(directory));
    const theirs = readFileSync(path(directory));
    expect(keep(directory)).toEqual([expect.stringContaining("was changed by somebody else")]);
    expectAll(directory, 4);
    expect(readFileSync(`${path(directory)}.foreign`)).toEqual(theirs);
  }
});

test("the same while the views are open: nothing of theirs is overwritten", () => {
  const directory = temporaryDirectory();
  const said: string[] = [];
  const report = (line: string): void => void said.push(line);
  const keeper = createViewKeeper({ directory, format: "both", shape: "five", report });
  writeJournal(directory, A, 1, 2);
  keeper.run({ isForced: true });
  writeFileSync(json(directory), "[]");
  appendFileSync(csv(directory), "theirs\r\n");
  writeJournal(directory, A, 3, 4);
  keeper.run({ isForced: true });
  keeper.close();
  expectAll(directory, 4);
  expect(readFileSync(`${json(directory)}.foreign`, "utf8")).toBe("[]");
  expect(readFileSync(`${csv(directory)}.foreign`, "utf8")).toContain("theirs");
  expect(said).toHaveLength(2);
});

test("files that were there before us are kept aside, whatever they hold", () => {
  const directory = temporaryDirectory();
  writeFileSync(json(directory), "[]");
  writeFileSync(csv(directory), "a,b\n");
  writeJournal(directory, A, 1, 2);
  expect(keep(directory)).toHaveLength(2);
  expectAll(directory, 2);
});

test("streams are merged", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  writeJournal(directory, B, 1, 2);
  keep(directory);
  expect(inCsv(directory)).toEqual(["A1", "B1", "A2", "B2"]);
});

test("parts are closed at their size, at every crash point the parts hold everything once", () => {
  const directory = temporaryDirectory();
  const open = (): ReturnType<typeof openFiveJsonView> => {
    mkdirSync(join(directory, "state"), { recursive: true });
    const report = (line: string): void => expect.fail(line);
    return openFiveJsonView({
      directory,
      report,
      fileChanged: () => {},
      nowMillis: () => 0,
      maxPartBytes: 1000,
    });
  };
  const show = (view: ReturnType<typeof openFiveJsonView>): void => {
    const round = readRound(directory, view);
    view.append(round.records, round.positions);
    view.settle({ isForced: true });
  };
  const parts = (): string[] =>
    [3, 2, 1]
      .map((n) => join(directory, `audit_log-${n}.json`))
      .filter((path) => existsSync(path))
      .flatMap(inJson);
  for (let last = 1; last <= 12; last++) {
    const earlier = existsSync(json(directory)) ? readFileSync(json(directory)) : undefined;
    writeJournal(directory, A, last, last);
    show(open());
    expect([...inJson(json(directory)), ...parts()]).toEqual(names("A", 1, last).toReversed());
    if (earlier === undefined) continue;
    // As if the state had been saved, and the file not been replaced any more.
    writeFileSync(json(directory), earlier);
    show(open());
    expect([...inJson(json(directory)), ...parts()]).toEqual(names("A", 1, last).toReversed());
    rmSync(json(directory));
    show(open());
    if (existsSync(json(directory)))
      expect([...inJson(json(directory)), ...parts()]).toEqual(names("A", 1, last).toReversed());
  }
  expect(parts().length).toBeGreaterThan(3);
});
