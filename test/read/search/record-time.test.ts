/** Times of records that others wrote: one instant is found as one, and what is no time is said. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toIsoMicros } from "../../../src/lib/clock.ts";
import { parseQuery, searchTrail, sourcesOf } from "../../../src/read/index.ts";
import { isOwnTime, utcTime } from "../../../src/read/search/record-time.ts";
import { flatRecords } from "../../support/told-records.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

describe("the time of a record", () => {
  test.each([
    ["2026-11-22T13:00:00.123456Z", "2026-11-22T13:00:00.123456Z"],
    ["2026-11-22T13:00:00+02:00", "2026-11-22T11:00:00.000000Z"],
    ["2026-11-22T01:00:00.1234567-0330", "2026-11-22T04:30:00.123456Z"],
    ["2026-11-22 13:00Z", "2026-11-22T13:00:00.000000Z"],
    ["2028-02-29T00:00:00.000000Z", "2028-02-29T00:00:00.000000Z"],
  ])("%s", (text, utc) => expect(utcTime(text)).toBe(utc));

  test.each([
    "",
    "\u001B[31m",
    "9999-99-99T99:99:99.999999Z",
    "2026-02-30T00:00:00.000000Z",
    "2026-11-22T13:00:00",
    "9999-12-31T23:59:59-01:00",
    "1764000000",
    undefined,
  ])("%j is none", (text) => expect(utcTime(text)).toBeUndefined());

  test("however it is written, it is the same instant; our own stay as they are", () => {
    const micros = fc.bigInt(0n, 4_000_000_000_000_000n);
    const minutes = fc.integer({ min: -18 * 60, max: 18 * 60 });
    fc.assert(
      fc.property(micros, minutes, (time, offset) => {
        const own = toIsoMicros(time);
        expect(isOwnTime(own) && utcTime(own)).toBe(own);
        const local = toIsoMicros(time + 100_000_000_000n + BigInt(offset) * 60_000_000n);
        const there = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const [hours, rest] = there.map((part) => String(part).padStart(2, "0"));
        const text = `${local.slice(0, -1)}${offset < 0 ? "-" : "+"}${hours}:${rest}`;
        expect(utcTime(text)).toBe(toIsoMicros(time + 100_000_000_000n));
        expect(isOwnTime(text)).toBe(false);
      }),
    );
  });
});

test("what is a time of ours does not hang on the one before it", () => {
  const own = "2026-11-21T23:09:05.123456Z";
  const change = fc.tuple(
    fc.nat({ max: own.length - 1 }),
    fc.constantFrom(...Array.from("0123456789:.TZz-/")),
  );
  let refused = 0;
  fc.assert(
    fc.property(fc.array(change, { maxLength: 2 }), (changes) => {
      expect(isOwnTime(own)).toBe(true);
      const text = changes.reduce(
        (old, [at, to]) => old.slice(0, at) + to + old.slice(at + 1),
        own,
      );
      if (!isOwnTime(text)) refused++;
      expect(isOwnTime(text)).toBe(utcTime(text) === text);
    }),
    { numRuns: 3000 },
  );
  expect(refused).toBeGreaterThan(100);
});

async function ask(timestamps: readonly string[], typed: string) {
  const file = join(temporaryDirectory(), "records.jsonl");
  const records = flatRecords(...timestamps.map((_, at) => ({ at: at + 1, action: "pause" })));
  const lines = records.map((record, at) =>
    JSON.stringify({ ...record, timestamp: timestamps[at] }),
  );
  writeFileSync(file, `${lines.join("\n")}\n`);
  const query = parseQuery(typed, { zone: "UTC" });
  const { records: found, problems } = await searchTrail(await sourcesOf([file]), query);
  return {
    times: found.map(({ timestamp }) => timestamp),
    problems: problems.map(({ line, message }) => `${line}: ${message.replace(/".*?"/, "it")}`),
  };
}

const FOREIGN = "2026-11-22T13:00:00+02:00";

test.each([
  ["", 1],
  ["created:>=2026-11-22T12:00:00Z", 0],
  ["created:<2026-11-22T12:00:00Z", 1],
  ["created:2026-11-22T11", 1],
  ["created:2026-11-22T13", 0],
])("a record of another offset, asked with %j", async (typed, count) => {
  const { times, problems } = await ask([FOREIGN], typed);
  expect(times).toEqual(Array.from({ length: count }, () => "2026-11-22T11:00:00.000000Z"));
  expect(problems).toEqual([]);
});

test("what is no time is a problem of its line, also where a piece of time is asked for", async () => {
  const wrong = ["", "\u001B[31m", "9999-99-99T99:99:99.999999Z", "2026-11-22T13:00:00"];
  for (const typed of ["", "created:2025", "created:>=2026"]) {
    const { problems } = await ask(wrong, typed);
    expect(problems).toHaveLength(wrong.length);
    expect(problems[2]).toBe(
      '3: the timestamp of it is "9999-99-99T99:99:99.999999Z": no time with its offset from UTC',
    );
  }
});
