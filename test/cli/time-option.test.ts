/** --since and --until: the same text means the same to every command. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { timeLimits, windowOf } from "../../src/cli/time-option.ts";
import { matcherOf } from "../../src/read/index.ts";
import { otelAudit } from "../support/command-trail.ts";
import { folder } from "../support/sealed-journal.ts";
import { flatRecords } from "../support/told-records.ts";

const millis = (text: string): number => Date.parse(text);

test.each<[string, Parameters<typeof windowOf>[0], number, number]>([
  ["nothing", {}, -Infinity, Infinity],
  [
    "days of a zone",
    { since: "2026-11-21", until: "2026-11-22", timezone: "Europe/Berlin" },
    millis("2026-11-20T23:00:00Z"),
    millis("2026-11-21T22:59:59.999Z"),
  ],
  [
    "an offset of their own",
    { since: "2026-11-21T10:00-05:00", timezone: "Asia/Tokyo" },
    millis("2026-11-21T15:00:00Z"),
    Infinity,
  ],
  [
    "a time that comes twice: all that it may mean",
    { since: "2026-10-25T02:00", until: "2026-10-25T02:30", timezone: "Europe/Berlin" },
    millis("2026-10-25T00:00:00Z"),
    millis("2026-10-25T01:29:59.999Z"),
  ],
  ["a month", { until: "2026-11", timezone: "UTC" }, -Infinity, millis("2026-10-31T23:59:59.999Z")],
  [
    "microseconds",
    { until: "2026-11-21T10:00:00.000500Z" },
    -Infinity,
    millis("2026-11-21T10:00:00Z"),
  ],
])("%s", (_name, options, since, until) => expect(windowOf(options)).toEqual({ since, until }));

test("a day of the calendar, where the clocks are changed", () => {
  const { since } = windowOf({ since: "2026-03-29", timezone: "Europe/Berlin" });
  const { until } = windowOf({ until: "2026-03-30", timezone: "Europe/Berlin" });
  expect(until + 1 - since).toBe(23 * 3_600_000);
});

test.each([
  [{ since: "soon" }, "--since must be a time as in 2026-11,"],
  [{ until: "2026-13-45" }, "--until must be a time"],
  [{ since: "2026-11-22", until: "2026-11-22" }, "is no earlier than --until 2026-11-22"],
  [
    { since: "2026-03-29T02:30", timezone: "Europe/Berlin" },
    "--since: 2026-03-29T02:30 is no time in Europe/Berlin: the clocks go forward and pass over it",
  ],
  [{ timezone: "Mars/Base" }, "--timezone must be the name of a time zone"],
])("%j is refused", (options, text) => expect(() => windowOf(options)).toThrow(text));

test("who compares milliseconds takes the records that a query takes", () => {
  const time = fc.date({
    min: new Date("2026-11-20T00:00:00Z"),
    max: new Date("2026-11-23T00:00:00Z"),
    noInvalidDate: true,
  });
  const typed = fc
    .tuple(time, fc.constantFrom(10, 13, 16, 19, 23))
    .map(([date, length]) => date.toISOString().slice(0, length));
  const zones = fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati");
  fc.assert(
    fc.property(typed, typed, zones, time, fc.nat(999), (one, other, timezone, at, micros) => {
      const [since, until] = [one, other].toSorted();
      let limits;
      try {
        limits = timeLimits({ since, until, timezone });
      } catch {
        return;
      }
      const timestamp = `${at.toISOString().slice(0, 23)}${String(micros).padStart(3, "0")}Z`;
      const term = { kind: "time", ...limits } as const;
      const matches = matcherOf({ terms: [{ field: "created", isNegated: false, test: term }] });
      const [record] = flatRecords({ at: 0, action: "pause" });
      const window = windowOf({ since, until, timezone });
      const isInside = at.getTime() >= window.since && at.getTime() <= window.until;
      expect(record !== undefined && matches({ ...record, timestamp })).toBe(isInside);
    }),
    { numRuns: 500 },
  );
});

describe("a day is one of the same zone for who asks and for who verifies", () => {
  // Its records are of 2026-11-21 09:00 UTC: in Honolulu that is the evening before.
  const trail = join(folder, "journal");
  test.each<[string, readonly string[], Readonly<Record<string, string>>, boolean]>([
    ["UTC", ["--since", "2026-11-21", "--timezone", "UTC"], {}, true],
    ["before it", ["--until", "2026-11-21", "--timezone", "UTC"], {}, false],
    ["of --timezone", ["--since", "2026-11-21", "--timezone", "Pacific/Honolulu"], {}, false],
    ["local", ["--since", "2026-11-21"], { TZ: "Pacific/Honolulu" }, false],
    ["local, before it", ["--until", "2026-11-21"], { TZ: "Pacific/Honolulu" }, true],
  ])("%s", (_name, args, env, isThere) => {
    const asked = otelAudit(["query", "-t", trail, ...args, "-o", "jsonl"], env);
    expect(asked.code).toBe(isThere ? 0 : 1);
    const verified = otelAudit(["verify", trail, ...args], env);
    expect(verified.out.includes("no record of that time was read")).toBe(!isThere);
    const sent = otelAudit(["resend", trail, ...args, "--dry-run"], env);
    expect(sent.code).toBe(isThere ? 0 : 1);
  });
});
