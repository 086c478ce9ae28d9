import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createViewKeeper, type ViewFormat } from "../../src/deliver/index.ts";
import { openCsvView } from "../../src/deliver/views/csv-view.ts";
import { openJsonView } from "../../src/deliver/views/json-view.ts";
import { CSV_HEADER, decodeCsvRows, encodeJsonLine } from "../../src/format/index.ts";
import { readRound } from "../support/read-round.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";
const B = "BbbbbbbbbbbbbbbB";

function writeJournal(
  directory: string,
  stream: string,
  from: number,
  to: number,
  more = {},
): void {
  mkdirSync(join(directory, "journal", stream), { recursive: true });
  for (let sequence = from; sequence <= to; sequence++) {
    const line = encodeJsonLine(resultRecord(stream, sequence, more));
    appendFileSync(join(directory, "journal", stream, "1.jsonl"), `${line}\n`);
  }
}

function keep(directory: string, format: ViewFormat = "both"): string[] {
  const said: string[] = [];
  createViewKeeper({ directory, format, report: (line) => said.push(line) }).close();
  return said;
}

function csvIds(directory: string): string[] {
  const text = readFileSync(join(directory, "audit_log.csv"), "utf8");
  expect(text.startsWith(CSV_HEADER)).toBe(true);
  return decodeCsvRows(text.slice(CSV_HEADER.length)).map(({ record }) =>
    String(record.attributes["audit.record.id"]),
  );
}

function jsonIds(path: string): string[] {
  return (JSON.parse(readFileSync(path, "utf8")) as { record_id: string }[]).map(
    ({ record_id }) => record_id,
  );
}

const ids = (stream: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${stream}.${from + at}`);

test("CSV is oldest first, JSON newest first, both hold results only and are 0600", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 1, { "audit.record.kind": "start" });
  writeJournal(directory, A, 2, 5);
  expect(keep(directory)).toEqual([]);
  expect(csvIds(directory)).toEqual(ids(A, 2, 5));
  expect(jsonIds(join(directory, "audit_log.json"))).toEqual(ids(A, 2, 5).toReversed());
  expect(statSync(join(directory, "audit_log.json")).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, "audit_log.csv")).mode & 0o777).toBe(0o600);
});

test.each(["json", "csv"] as const)("format %s writes no other view", (format) => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  keep(directory, format);
  expect(existsSync(join(directory, "audit_log.json"))).toBe(format === "json");
  expect(existsSync(join(directory, "audit_log.csv"))).toBe(format === "csv");
});

test("a restart goes on where the views are, without doubles", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  keep(directory);
  writeJournal(directory, A, 4, 6);
  writeJournal(directory, B, 1, 2);
  keep(directory);
  expect(csvIds(directory).toSorted()).toEqual([...ids(A, 1, 6), ...ids(B, 1, 2)]);
  expect(jsonIds(join(directory, "audit_log.json")).toSorted()).toEqual([
    ...ids(A, 1, 6),
    ...ids(B, 1, 2),
  ]);
});

test("streams are merged by time, each in its own order", () => {
  const directory = temporaryDirectory();
  const at = (second: number): object => ({ "audit.time": `2026-01-01T00:00:0${second}.000000Z` });
  writeJournal(directory, A, 1, 1, at(3));
  writeJournal(directory, A, 2, 2, at(1)); // the clock was set back
  writeJournal(directory, B, 1, 1, at(2));
  writeJournal(directory, B, 2, 2, at(4));
  keep(directory);
  expect(csvIds(directory)).toEqual([`${B}.1`, `${A}.1`, `${A}.2`, `${B}.2`]);
});

test("rows that a crash left behind the saved state are not written twice, a cut row is taken off", () => {
  const directory = temporaryDirectory();
  const csv = join(directory, "audit_log.csv");
  writeJournal(directory, A, 1, 3);
  keep(directory);
  const state = readFileSync(join(directory, "state", "view-csv.json"));
  writeJournal(directory, A, 4, 8);
  keep(directory);
  const whole = readFileSync(csv);
  const start = readFileSync(csv, "utf8").indexOf(`${A}.4`);
  for (let size = start; size <= whole.length; size += 29) {
    writeFileSync(csv, whole);
    truncateSync(csv, size);
    writeFileSync(join(directory, "state", "view-csv.json"), state);
    keep(directory);
    expect(csvIds(directory)).toEqual(ids(A, 1, 8));
  }
});

test("a crash between the JSON view and its state doubles nothing", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  keep(directory);
  const state = readFileSync(join(directory, "state", "view-json.json"));
  writeJournal(directory, A, 4, 8);
  keep(directory);
  writeFileSync(join(directory, "state", "view-json.json"), state);
  keep(directory);
  expect(jsonIds(join(directory, "audit_log.json"))).toEqual(ids(A, 1, 8).toReversed());
});

test("without the state, or without the views, they are built anew from the journal", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 4);
  keep(directory);
  rmSync(join(directory, "audit_log.csv"));
  rmSync(join(directory, "audit_log.json"));
  expect(keep(directory)).toEqual([]);
  expect(csvIds(directory)).toEqual(ids(A, 1, 4));
  expect(jsonIds(join(directory, "audit_log.json"))).toEqual(ids(A, 1, 4).toReversed());
  rmSync(join(directory, "state"), { recursive: true });
  expect(keep(directory).map((line) => line.split(" ")[0])).toEqual(
    ["audit_log.json", "audit_log.csv"].map((name) => join(directory, name)),
  );
  expect(csvIds(directory)).toEqual(ids(A, 1, 4));
  expect(jsonIds(join(directory, "audit_log.json"))).toEqual(ids(A, 1, 4).toReversed());
  expect(existsSync(join(directory, "audit_log.csv.foreign"))).toBe(true);
});

test("a view of somebody else is kept under another name, and that is said", () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "audit_log.csv"), "timestamp,action_type\n1,2\n");
  writeFileSync(join(directory, "audit_log.json"), '[{"mine": true}]');
  writeJournal(directory, A, 1, 2);
  const said = keep(directory).join("\n");
  expect(said).toContain("audit_log.csv.foreign");
  expect(said).toContain("audit_log.json.foreign");
  expect(readFileSync(join(directory, "audit_log.csv.foreign"), "utf8")).toBe(
    "timestamp,action_type\n1,2\n",
  );
  expect(csvIds(directory)).toEqual(ids(A, 1, 2));
});

test("who does not hold the lock writes nothing; the next holder catches up", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  const said: string[] = [];
  const options = { directory, format: "both", report: (line: string) => said.push(line) } as const;
  const first = createViewKeeper(options);
  first.run({ isForced: true });
  const second = createViewKeeper(options);
  writeJournal(directory, B, 1, 3);
  second.run({ isForced: true });
  expect(csvIds(directory)).toEqual(ids(A, 1, 2));
  first.close();
  writeJournal(directory, B, 4, 4);
  second.run({ isForced: true });
  second.close();
  expect(csvIds(directory).toSorted()).toEqual([...ids(A, 1, 2), ...ids(B, 1, 4)]);
  expect(said).toEqual([]);
});

test("the JSON view is cut into parts that are written once", () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "state"));
  const options = {
    directory,
    report: () => {},
    fileChanged: () => {},
    nowMillis: () => 0,
    maxPartBytes: 1500,
  };
  let view = openJsonView(options);
  for (let round = 0; round < 5; round++) {
    writeJournal(directory, A, round * 3 + 1, round * 3 + 3);
    const { records, positions } = readRound(directory, view);
    view.append(records, positions);
    view.settle({ isForced: true });
    if (round === 2) view = openJsonView(options);
  }
  const parts = [
    "audit_log.json",
    ...[9, 8, 7, 6, 5, 4, 3, 2, 1].map((part) => `audit_log-${part}.json`),
  ]
    .map((name) => join(directory, name))
    .filter(existsSync);
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.flatMap(jsonIds)).toEqual(ids(A, 1, 15).toReversed());
});

test("a crash after a part was closed leaves no record in two files", () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "state"));
  const options = {
    directory,
    report: () => {},
    fileChanged: () => {},
    nowMillis: () => 0,
    maxPartBytes: 1500,
  };
  const view = openJsonView(options);
  writeJournal(directory, A, 1, 2);
  const first = readRound(directory, view);
  view.append(first.records, first.positions);
  view.settle({ isForced: true });
  const before = ["audit_log.json", "state/view-json.json"].map((name) => ({
    path: join(directory, name),
    content: readFileSync(join(directory, name)),
  }));
  writeJournal(directory, A, 3, 6);
  const second = readRound(directory, view);
  view.append(second.records, second.positions);
  view.settle({ isForced: true });
  // As if it had died between the closed part and the newest one.
  for (const { path, content } of before) writeFileSync(path, content);
  keep(directory, "json");
  const all = [join(directory, "audit_log.json"), join(directory, "audit_log-1.json")].flatMap(
    jsonIds,
  );
  expect(all.toSorted()).toEqual(ids(A, 1, 6));
});

test("a part that cannot be closed is tried again, and shows nothing twice", () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "state"));
  const options = {
    directory,
    report: () => {},
    fileChanged: () => {},
    nowMillis: () => 0,
    maxPartBytes: 1500,
  };
  const view = openJsonView(options);
  const inTheWay = join(directory, "audit_log-1.json");
  mkdirSync(inTheWay);
  for (let sequence = 1; sequence <= 6; sequence++) {
    writeJournal(directory, A, sequence, sequence);
    const { records, positions } = readRound(directory, view);
    view.append(records, positions);
    if (sequence === 5) rmSync(inTheWay, { recursive: true });
    try {
      view.settle({ isForced: true });
    } catch (error) {
      expect(error).toMatchObject({ code: "EISDIR" });
    }
  }
  const all = ["audit_log.json", "audit_log-1.json"]
    .map((name) => join(directory, name))
    .flatMap(jsonIds);
  expect(all.toSorted()).toEqual(ids(A, 1, 6));
});

test("a damaged closed part is set aside, and the views go on without leaking descriptors", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  writeFileSync(join(directory, "audit_log-1.json"), "[not ours");
  const said = keep(directory);
  expect(said.join()).toContain("audit_log-1.json.foreign");
  expect(csvIds(directory)).toEqual(ids(A, 1, 2));
  expect(jsonIds(join(directory, "audit_log.json"))).toEqual(ids(A, 1, 2).toReversed());
});

test("a line that is no record is reported and skipped", () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 1);
  appendFileSync(join(directory, "journal", A, "1.jsonl"), "\0\0\0garbage\n");
  writeJournal(directory, A, 2, 2);
  expect(keep(directory).join()).toContain(`stream ${A} is no record`);
  expect(csvIds(directory)).toEqual(ids(A, 1, 2));
});

test("a first process that is killed before it saved how far it was leaves nothing foreign", () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "state"));
  writeJournal(directory, A, 1, 3);
  const options = { directory, report: () => {}, fileChanged: () => {}, nowMillis: () => 0 };
  const csv = openCsvView(options);
  const { records, positions } = readRound(directory, csv);
  csv.append(records, positions);
  // Killed here.
  expect(keep(directory, "csv")).toEqual([]);
  expect(csvIds(directory)).toEqual(ids(A, 1, 3));

  // The first state of the JSON view is saved before the file, and knows nothing.
  keep(directory, "json");
  const nothing = JSON.stringify({ version: 1, size: 0, parts: 0, positions: {} });
  writeFileSync(join(directory, "state", "view-json.json"), nothing);
  expect(keep(directory, "json")).toEqual([]);
  expect(jsonIds(join(directory, "audit_log.json"))).toEqual(ids(A, 1, 3).toReversed());
});
