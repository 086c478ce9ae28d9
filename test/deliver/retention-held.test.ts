/** What retention does not delete although it is old enough, and what it says of that. */
import { lutimesSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRetention } from "../../src/deliver/index.ts";
import type { RetentionRules } from "../../src/deliver/retention/retention-plan.ts";
import { saveShipState } from "../../src/deliver/shipping/ship-state.ts";
import { newId } from "../../src/event/index.ts";
import { JOURNAL_START } from "../../src/journal/index.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import {
  bytesOf,
  DAY_MILLIS,
  FOR_EVER,
  run,
  saveView,
  segmentsOf,
  writeStream,
} from "../support/retention-run.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const HOUR_MILLIS = 60 * 60 * 1000;

/** Retention, run by run. */
interface Steps {
  /** Runs once, so much later by each clock; gives what was said. */
  readonly after: (wallMillis: number, monotonicMillis?: number) => Promise<readonly string[]>;
  readonly problems: () => readonly string[];
}

/** Retention with a clock that stands still, run by run. */
function steps(
  directory: string,
  rules: Partial<RetentionRules>,
  keptViews: readonly string[],
): Steps {
  const clock = { wall: Date.now(), monotonic: 0 };
  const lines: string[] = [];
  let ended = Promise.withResolvers<void>();
  const retention = createRetention({
    directory,
    ownStream: newId(),
    // The limit lets a run be asked for.
    rules: { ...FOR_EVER, maxBytes: 1e9, ...rules },
    keptViews,
    record: () => Promise.resolve(),
    report: (line) => void lines.push(line),
    firstRunMillis: DAY_MILLIS,
    clock: {
      nowMicros: () => BigInt(clock.wall) * 1000n,
      monotonicMillis: () => clock.monotonic,
    },
    onEnd: () => ended.resolve(),
  });
  onTestFinished(() => retention.close());
  return {
    problems: retention.problems,
    after: async (wallMillis, monotonicMillis = wallMillis) => {
      clock.wall += wallMillis;
      clock.monotonic += monotonicMillis;
      ended = Promise.withResolvers();
      retention.wake();
      await ended.promise;
      return lines.splice(0);
    },
  };
}

describe("what is old enough and must stay", () => {
  const TWO_DAYS = { retainMillis: 2 * DAY_MILLIS };

  test.each<[string, (directory: string, stream: string) => void, readonly string[], RegExp]>([
    [
      "a view that is kept has not read it",
      () => {},
      ["json"],
      /^3 segments of the journal \(1 stream, \d+ bytes\) cannot .*\(2 days\): view json has not got so far$/,
    ],
    [
      "a view that nobody keeps any more",
      (directory) => {
        saveView(directory, {});
        writeFileSync(join(directory, "audit_log.json"), "[]");
      },
      ["csv"],
      /view json .*move state\/view-json\.json and audit_log\.json away$/,
    ],
    [
      "a view of the other shape that nobody keeps any more: its file is not that view",
      (directory) => {
        saveView(directory, {});
        writeFileSync(join(directory, "audit_log.json"), "[]");
      },
      ["five-json"],
      /view json .*move state\/view-json\.json away$/,
    ],
    [
      "a view without a state",
      (directory) => writeFileSync(join(directory, "audit_log.csv"), ""),
      [],
      /view csv .*move audit_log\.csv away$/,
    ],
    [
      "shipping of somebody who is gone",
      (directory, stream) =>
        saveShipState(directory, stream, { position: JOURNAL_START, resource: {} }),
      [],
      /\(2 days after shipping\): shipping .*move state\/ship\.lock and state\/ship-\*\.json away$/,
    ],
    [
      "no file",
      (directory, stream) => {
        const path = join(directory, "journal", stream, "1.jsonl");
        rmSync(path);
        symlinkSync("2.jsonl", path);
        lutimesSync(path, 1, 1);
      },
      [],
      /journal\/\w.*\/1\.jsonl is no file of ours: move it away$/,
    ],
  ])("%s: a line says why, and what to do", async (_name, prepare, keptViews, line) => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 100);
    prepare(directory, stream);
    const { lines, purges } = await run(directory, TWO_DAYS, { keptViews });
    expect(purges).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(line));
  });

  test("shipping of this process to a receiver that is gone", async () => {
    const directory = temporaryDirectory();
    writeStream(directory, 3, 100);
    const { lines } = await run(directory, { ...TWO_DAYS, isShipping: true });
    expect(lines).toEqual([
      expect.stringMatching(/\(2 days after shipping\): shipping has not got so far$/),
    ]);
  });

  test("no line for what is young, read, or still written", async () => {
    const directory = temporaryDirectory();
    writeStream(directory, 3, 40);
    expect(await run(directory, TWO_DAYS, { keptViews: ["json"] })).toEqual({
      purges: [],
      lines: [],
    });
    const alive = writeStream(directory, 1, 100);
    const lock = tryLockFile(join(directory, "state", `stream-${alive}.lock`));
    expect(await run(directory, TWO_DAYS)).toEqual({ purges: [], lines: [] });
    lock?.release();
  });

  test("said once, and again after a day", async () => {
    const directory = temporaryDirectory();
    writeStream(directory, 3, 100);
    const { after, problems } = steps(directory, TWO_DAYS, ["json"]);
    expect(await after(HOUR_MILLIS)).toHaveLength(1);
    expect(await after(HOUR_MILLIS)).toEqual([]);
    expect(await after(22 * HOUR_MILLIS)).toEqual([]);
    expect(await after(HOUR_MILLIS)).toEqual([expect.stringContaining("view json")]);
    expect(problems()).toEqual([expect.stringContaining("view json")]);
    rmSync(join(directory, "journal"), { recursive: true });
    await after(HOUR_MILLIS);
    expect(problems()).toEqual([]);
  });
});

describe("a wall clock that was set", () => {
  const MONTH = { retainMillis: 30 * DAY_MILLIS };

  test.each([
    ["forward by 365 days", 365],
    ["back by 2 days", -2],
  ])("%s: nothing is deleted for its age, for a day", async (words, days) => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 2, 1);
    const old = writeStream(directory, 2, 24 * 40);
    const { after } = steps(directory, MONTH, []);
    expect(await after(HOUR_MILLIS + days * DAY_MILLIS, HOUR_MILLIS)).toEqual([
      expect.stringMatching(`for its age \\(30 days\\): the wall clock went ${words}`),
    ]);
    expect(await after(HOUR_MILLIS)).toEqual([]);
    expect(segmentsOf(directory, stream)).toHaveLength(2);
    expect(segmentsOf(directory, old)).toHaveLength(2);
    // Set right again: another jump.
    await after(HOUR_MILLIS - days * DAY_MILLIS, HOUR_MILLIS);
    await after(23 * HOUR_MILLIS);
    expect(segmentsOf(directory, old)).toHaveLength(2);
    await after(HOUR_MILLIS);
    expect(segmentsOf(directory, old)).toEqual([]);
    expect(segmentsOf(directory, stream)).toHaveLength(2);
  });

  test("bytes are a limit all the same, and times of shipping are not forgotten", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 1);
    saveShipState(directory, stream, { position: { segment: 4, offset: 0 }, resource: {} });
    const maxBytes = Math.ceil((bytesOf(directory, stream) * 3) / 4);
    const { after } = steps(directory, { ...MONTH, maxBytes, isShipping: true }, []);
    const path = join(directory, "state", "retention.json");
    const shipped = JSON.stringify({ version: 1, shipped: { [`${stream}/3`]: 1 } });
    writeFileSync(path, shipped);
    await after(365 * DAY_MILLIS, HOUR_MILLIS);
    expect(segmentsOf(directory, stream)).toEqual(["2.jsonl", "3.jsonl"]);
    expect(readFileSync(path, "utf8")).toBe(shipped);
  });

  test("an hour more or less, as in a change of time, is no jump", async () => {
    const directory = temporaryDirectory();
    const old = writeStream(directory, 2, 24 * 40);
    const { after } = steps(directory, MONTH, []);
    expect(await after(2 * HOUR_MILLIS, HOUR_MILLIS)).toEqual([]);
    expect(segmentsOf(directory, old)).toEqual([]);
  });
});
