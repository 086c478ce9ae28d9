import fc from "fast-check";
import { DateTime } from "luxon";
import { afterEach, describe, expect, test } from "vitest";
import { screenTime } from "../../../src/cli/ask/columns.ts";

const own = process.env["TZ"];
afterEach(() => {
  if (own === undefined) delete process.env["TZ"];
  else process.env["TZ"] = own;
});

/** What a calendar says of it; Settings are asked anew, as a process that is started in a zone does. */
const byCalendar = (timestamp: string, zone: string): string => {
  const time = DateTime.fromISO(timestamp, { zone, locale: "en" });
  return time.isValid ? time.toFormat("yyyy-MM-dd HH:mm:ss.SSS ZZ") : timestamp;
};

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "America/New_York",
];

const digits = (from: number, to: number, length = 2): fc.Arbitrary<string> =>
  fc.integer({ min: from, max: to }).map((n) => `${n}`.padStart(length, "0"));
/** Times as records have them, some of days and hours that there are not. */
const timestamps = fc
  .tuple(
    digits(1990, 2110, 4),
    digits(0, 13),
    digits(0, 32),
    digits(0, 25),
    digits(0, 60),
    digits(0, 61),
    digits(0, 999_999, 6),
  )
  .map(([y, mo, d, h, mi, s, us]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.${us}Z`);

describe("times on a screen, in the zone of the system, are what a calendar says of that zone", () => {
  test.each(ZONES)("%s", (zone) => {
    process.env["TZ"] = zone;
    const start = DateTime.fromISO("2026-01-01", { zone }).toMillis();
    const nearby = fc
      .integer({ min: 0, max: 3 * 365 * 24 * 60 })
      .map((minutes) => `${new Date(start + minutes * 60_000).toISOString().slice(0, -1)}000Z`);
    fc.assert(
      fc.property(fc.oneof(nearby, timestamps, fc.string()), (timestamp) => {
        expect(screenTime(timestamp, "local")).toBe(byCalendar(timestamp, zone));
      }),
      { numRuns: 1500 },
    );
  });

  test("hours that come twice are told apart by their offset", () => {
    process.env["TZ"] = "Europe/Berlin";
    const shown = ["2026-10-25T00:30:00.000000Z", "2026-10-25T01:30:00.000000Z"].map((time) =>
      screenTime(time, "local"),
    );
    expect(shown).toEqual(["2026-10-25 02:30:00.000 +02:00", "2026-10-25 02:30:00.000 +01:00"]);
  });
});
