/** The lock of the views and the folder of their state, taken away while they are kept: never two writers. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createViewKeeper } from "../../src/deliver/index.ts";
import { createViewLock } from "../../src/deliver/views/view-lock.ts";
import { CSV_HEADER, decodeCsvRows, encodeJsonLine } from "../../src/format/index.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";

function writeJournal(directory: string, from: number, to: number): void {
  mkdirSync(join(directory, "journal", A), { recursive: true });
  for (let sequence = from; sequence <= to; sequence++) {
    const line = encodeJsonLine(resultRecord(A, sequence));
    appendFileSync(join(directory, "journal", A, "1.jsonl"), `${line}\n`);
  }
}

function sequencesIn(directory: string): unknown[] {
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length);
  const rows = decodeCsvRows(csv).map(
    ({ record: { attributes } }) => attributes["audit.sequence.number"],
  );
  const json = JSON.parse(readFileSync(join(directory, "audit_log.json"), "utf8")) as {
    sequence: number;
  }[];
  expect(json.map(({ sequence }) => sequence).toReversed()).toEqual(rows);
  return rows;
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
const lockOf = (directory: string): string => join(directory, "state", "views.lock");

test.each<[string, (directory: string) => void]>([
  ["the lock deleted", (directory) => rmSync(lockOf(directory))],
  [
    "the lock replaced",
    (directory) => {
      rmSync(lockOf(directory));
      writeFileSync(lockOf(directory), "");
    },
  ],
  ["state/ deleted", (directory) => rmSync(join(directory, "state"), { recursive: true })],
])("%s: the holder takes it anew and goes on, with its state saved again", (_, act) => {
  const directory = temporaryDirectory();
  const said: string[] = [];
  const options = { directory, format: "both", report: (line: string) => said.push(line) } as const;
  const keeper = createViewKeeper(options);
  writeJournal(directory, 1, 3);
  keeper.run({ isForced: true });
  act(directory);
  writeJournal(directory, 4, 5);
  keeper.run({ isForced: true });
  expect(tryLockFile(lockOf(directory))).toBe(null);
  expect(sequencesIn(directory)).toEqual(upTo(5));
  keeper.close();
  createViewKeeper(options).close();
  expect(sequencesIn(directory)).toEqual(upTo(5));
  expect(said).toEqual([]);
});

test("the whole directory deleted: it is made again from what the journal has", () => {
  const directory = join(temporaryDirectory(), "audit");
  const said: string[] = [];
  const keeper = createViewKeeper({
    directory,
    format: "both",
    report: (line) => said.push(line),
  });
  writeJournal(directory, 1, 3);
  keeper.run({ isForced: true });
  rmSync(directory, { recursive: true });
  writeJournal(directory, 4, 5);
  keeper.run({ isForced: true });
  keeper.close();
  // The JSON view had the others in memory.
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8");
  expect(decodeCsvRows(csv.slice(CSV_HEADER.length))).toHaveLength(2);
  expect(readFileSync(join(directory, "audit_log.json"), "utf8")).toContain(`${A}.1`);
  // One line for each view.
  expect(said).toHaveLength(3);
});

test("who takes a lock that was taken away from its holder waits until that one has let go", () => {
  const directory = temporaryDirectory();
  let now = 0;
  const said: string[] = [];
  const options = {
    directory,
    format: "both",
    report: (line: string) => said.push(line),
    nowMillis: () => now,
  } as const;
  const [first, second] = [createViewKeeper(options), createViewKeeper(options)];
  writeJournal(directory, 1, 3);
  first.run({ isForced: false });
  const before = readFileSync(join(directory, "audit_log.csv"));
  rmSync(lockOf(directory));
  writeJournal(directory, 4, 5);
  second.run({ isForced: false });
  // It has the new lock, and does not use it yet.
  expect(readFileSync(join(directory, "audit_log.csv"))).toEqual(before);
  first.run({ isForced: false });
  expect(readFileSync(join(directory, "audit_log.csv"))).toEqual(before);
  now += 2000;
  second.run({ isForced: true });
  first.run({ isForced: true });
  expect(sequencesIn(directory)).toEqual(upTo(5));
  second.close();
  writeJournal(directory, 6, 6);
  first.run({ isForced: true });
  first.close();
  expect(sequencesIn(directory)).toEqual(upTo(6));
  expect(said).toEqual([]);
});

test("a lock that is replaced between two looks is not held", () => {
  const directory = temporaryDirectory();
  const lock = createViewLock(directory, () => 0);
  expect(lock.hold({ waits: false })).toBe("taken");
  expect(lock.hold({ waits: false })).toBe("held");
  rmSync(lockOf(directory));
  const other = tryLockFile(lockOf(directory));
  expect(lock.hold({ waits: false })).toBe("none");
  expect(other?.isInPlace()).toBe(true);
  other?.release();
  expect(lock.hold({ waits: false })).toBe("taken");
  lock.release();
  expect(existsSync(lockOf(directory))).toBe(true);
});

test("a lock that could not be taken back: what another process wrote meanwhile is gone on with", () => {
  const directory = temporaryDirectory();
  const [said, changes]: [string[], unknown[]] = [[], []];
  let now = 0;
  const options = {
    directory,
    format: "both",
    report: (line: string) => said.push(line),
    fileChanged: (change: unknown) => changes.push(change),
    nowMillis: () => now,
  } as const;
  const keeper = createViewKeeper(options);
  writeJournal(directory, 1, 3);
  keeper.run({ isForced: true });
  const state = join(directory, "state");
  renameSync(state, `${state}.away`);
  writeFileSync(state, "");
  keeper.run({ isForced: true });
  expect(said).toEqual([expect.stringContaining("cannot be written")]);
  rmSync(state);
  renameSync(`${state}.away`, state);
  writeJournal(directory, 4, 5);
  createViewKeeper(options).close();
  now += 60_000;
  writeJournal(directory, 6, 6);
  keeper.run({ isForced: true });
  keeper.close();
  expect(sequencesIn(directory)).toEqual(upTo(6));
  expect(changes).toEqual([]);
});
