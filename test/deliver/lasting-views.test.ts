/** What a view has in memory, or knows of streams that ended, outlives what others do to its file. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCsvView } from "../../src/deliver/views/csv-view.ts";
import { openFiveJsonView } from "../../src/deliver/views/five-json-view.ts";
import { createViewKeeper } from "../../src/deliver/index.ts";
import { openJsonView } from "../../src/deliver/views/json-view.ts";
import type { View, ViewOptions } from "../../src/deliver/views/view.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { readRound } from "../support/read-round.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";
const B = "BbbbbbbbbbbbbbbB";

function write(directory: string, stream: string, from: number, to: number): void {
  mkdirSync(join(directory, "journal", stream), { recursive: true });
  for (let sequence = from; sequence <= to; sequence++) {
    const record = resultRecord(stream, sequence, { "audit.action": `${stream[0]}${sequence}` });
    appendFileSync(join(directory, "journal", stream, "1.jsonl"), `${encodeJsonLine(record)}\n`);
  }
}

function prepare(): { directory: string; options: ViewOptions; said: string[] } {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "state"));
  const said: string[] = [];
  const options = {
    directory,
    report: (line: string): void => void said.push(line),
    fileChanged: (): void => {},
    nowMillis: (): number => 0,
  };
  return { directory, options, said };
}

function take(directory: string, view: View): void {
  const { records, positions } = readRound(directory, view);
  view.append(records, positions);
}

/** Oldest first. */
function actionsIn(path: string): string[] {
  const rows = JSON.parse(readFileSync(path, "utf8")) as { action_type: string }[];
  return rows.map(({ action_type: action }) => action).toReversed();
}

test.each([
  ["full", openJsonView],
  ["five", openFiveJsonView],
])("%s JSON renamed while results wait to be written: they stand in the new one", (_, open) => {
  const { directory, options } = prepare();
  const path = join(directory, "audit_log.json");
  let view = open(options);
  write(directory, A, 1, 3);
  take(directory, view);
  view.settle({ isForced: true });
  write(directory, A, 4, 5);
  take(directory, view);
  renameSync(path, `${path}.1`);
  expect(view.check()).toBe(true);
  write(directory, A, 6, 6);
  take(directory, view);
  view.settle({ isForced: true });
  expect(actionsIn(`${path}.1`)).toEqual(["A1", "A2", "A3"]);
  expect(actionsIn(path)).toEqual(["A4", "A5", "A6"]);
  view.close();
  // Nor is anything missing of what the new one had, when that is deleted.
  rmSync(path);
  view = open(options);
  take(directory, view);
  view.settle({ isForced: true });
  view.close();
  expect(actionsIn(path)).toEqual(["A4", "A5", "A6"]);
});

test.each([
  ["full", openJsonView],
  ["five", openFiveJsonView],
])("%s: a stream born and ended behind the last closed part is shown again", (_, open) => {
  const { directory, options } = prepare();
  const path = join(directory, "audit_log.json");
  write(directory, A, 1, 3);
  let view = open({ ...options, maxPartBytes: 100 });
  take(directory, view);
  view.settle({ isForced: true });
  view.progress.retire(A);
  view.settle({ isForced: true });
  view.close();
  expect(existsSync(join(directory, "audit_log-1.json"))).toBe(true);
  view = open(options);
  write(directory, B, 1, 2);
  take(directory, view);
  view.progress.retire(B);
  view.settle({ isForced: true });
  expect(actionsIn(path)).toEqual(["B1", "B2"]);
  view.close();
  rmSync(path);
  view = open(options);
  take(directory, view);
  view.settle({ isForced: true });
  view.close();
  expect(actionsIn(path)).toEqual(["B1", "B2"]);
});

test("a CSV view that cannot be opened leaves no descriptor open", ({ skip }) => {
  if (!existsSync("/proc/self/fd")) {
    console.warn(
      "lasting-views.test.ts: SKIPPED, NOT TESTED: open files are counted on Linux only",
    );
    skip();
    return;
  }
  const { directory, options } = prepare();
  // No state can be saved over a directory that holds something.
  mkdirSync(join(directory, "state/view-csv.json.tmp"));
  expect(() => openCsvView(options)).toThrow("EISDIR");
  const held = readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  expect(held.filter((path) => path.startsWith(directory))).toEqual([]);
});

test("a file that was given the number of the deleted CSV view is not taken for it", () => {
  const { directory, options, said } = prepare();
  const path = join(directory, "audit_log.csv");
  write(directory, A, 1, 3);
  let view = openCsvView(options);
  take(directory, view);
  view.settle({ isForced: true });
  view.close();
  rmSync(path);
  const notes = join(directory, "notes.txt");
  writeFileSync(notes, "hi");
  // The number that it would have been given on many filesystems.
  const { dev, ino } = statSync(notes, { bigint: true });
  const statePath = join(directory, "state/view-csv.json");
  const state = JSON.parse(readFileSync(statePath, "utf8")) as object;
  writeFileSync(statePath, JSON.stringify({ ...state, file: `${dev} ${ino}` }));
  view = openCsvView(options);
  take(directory, view);
  view.settle({ isForced: true });
  view.close();
  expect(readFileSync(path, "utf8").split("\n").slice(1, -1)).toHaveLength(3);
  expect(said).toEqual([]);
});

test("the last run does not wait out the pause after one that failed", () => {
  const directory = temporaryDirectory();
  write(directory, A, 1, 3);
  let now = 0;
  const keeper = createViewKeeper({
    directory,
    format: "json",
    report: () => {},
    nowMillis: () => (now += 5),
  });
  const inTheWay = join(directory, "state/view-json.json.tmp");
  mkdirSync(inTheWay, { recursive: true });
  keeper.run({ isForced: false });
  expect(existsSync(join(directory, "audit_log.json"))).toBe(false);
  rmSync(inTheWay, { recursive: true });
  keeper.close();
  expect(actionsIn(join(directory, "audit_log.json"))).toEqual(["A1", "A2", "A3"]);
});

test("a JSON file that stands there before the first start is put aside unread", () => {
  const { directory, options, said } = prepare();
  const path = join(directory, "audit_log.json");
  // Reading it would be told as another reason.
  writeFileSync(path, "not an array of lines");
  const view = openJsonView(options);
  view.close();
  expect(said).toEqual([expect.stringContaining("was not written by this audit directory")]);
  expect(readFileSync(`${path}.foreign`, "utf8")).toBe("not an array of lines");
});

test("a view that cannot be opened keeps no other from being written", () => {
  const directory = temporaryDirectory();
  write(directory, A, 1, 3);
  mkdirSync(join(directory, "state/view-csv.json.tmp"), { recursive: true });
  const said: string[] = [];
  const keeper = createViewKeeper({ directory, format: "both", report: (line) => said.push(line) });
  keeper.run({ isForced: true });
  expect(actionsIn(join(directory, "audit_log.json"))).toEqual(["A1", "A2", "A3"]);
  expect(said).toEqual([expect.stringContaining("EISDIR")]);
  rmSync(join(directory, "state/view-csv.json.tmp"), { recursive: true });
  keeper.close();
  expect(said.slice(1)).toEqual(["the views are written again"]);
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8");
  expect(csv.split("\n").slice(1, -1)).toHaveLength(3);
});
