import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkZone, timeSpanOf } from "../../../src/read/query/time-span.ts";

const nowMillis = Date.parse("2026-11-22T12:00:00Z");

describe("a time as people give it", () => {
  test.each<readonly [text: string, zone: string, from: string, until: string]>([
    ["2026", "UTC", "2026-01-01T00:00:00.000000Z", "2027-01-01T00:00:00.000000Z"],
    ["2026-11", "Europe/Berlin", "2026-10-31T23:00:00.000000Z", "2026-11-30T23:00:00.000000Z"],
    // The clocks go back: this day has 25 hours.
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000000Z", "2026-10-25T23:00:00.000000Z"],
    ["2026-11-21T14", "UTC", "2026-11-21T14:00:00.000000Z", "2026-11-21T15:00:00.000000Z"],
    [
      "2026-11-21 14:30",
      "Asia/Kolkata",
      "2026-11-21T09:00:00.000000Z",
      "2026-11-21T09:01:00.000000Z",
    ],
    [
      "2026-11-21T14:30:05Z",
      "Asia/Kolkata",
      "2026-11-21T14:30:05.000000Z",
      "2026-11-21T14:30:06.000000Z",
    ],
    [
      "2026-11-21T14:30:05+02:00",
      "UTC",
      "2026-11-21T12:30:05.000000Z",
      "2026-11-21T12:30:06.000000Z",
    ],
    [
      "2026-11-21T14:30:05-0330",
      "UTC",
      "2026-11-21T18:00:05.000000Z",
      "2026-11-21T18:00:06.000000Z",
    ],
    [
      "2026-11-21T14:30:05.25Z",
      "UTC",
      "2026-11-21T14:30:05.250000Z",
      "2026-11-21T14:30:05.260000Z",
    ],
    [
      "2026-11-21T14:30:05.123456Z",
      "UTC",
      "2026-11-21T14:30:05.123456Z",
      "2026-11-21T14:30:05.123457Z",
    ],
    [
      "2026-11-21T14:30:05.123456789Z",
      "UTC",
      "2026-11-21T14:30:05.123456Z",
      "2026-11-21T14:30:05.123457Z",
    ],
    ["today", "America/New_York", "2026-11-22T05:00:00.000000Z", "2026-11-23T05:00:00.000000Z"],
    ["yesterday", "UTC", "2026-11-21T00:00:00.000000Z", "2026-11-22T00:00:00.000000Z"],
    ["-3h", "UTC", "2026-11-22T09:00:00.000000Z", "2026-11-22T09:00:00.000001Z"],
    ["-2w", "UTC", "2026-11-08T12:00:00.000000Z", "2026-11-08T12:00:00.000001Z"],
    // The same time of the day, over a change of the clocks.
    ["-30d", "Europe/Berlin", "2026-10-23T11:00:00.000000Z", "2026-10-23T11:00:00.000001Z"],
  ])("%s in %s", (text, zone, from, until) => {
    expect(timeSpanOf(text, { zone, nowMillis })).toEqual({ from, until });
  });

  test.each([
    "",
    "soon",
    "2026-1",
    "2026-13",
    "2026-02-30",
    "2026-11-21T25",
    "21.11.2026",
    "-3y",
    "-h",
    "3h",
    "1700000000",
  ])("%j is none", (text) => {
    expect(timeSpanOf(text, { zone: "UTC", nowMillis })).toBeUndefined();
  });

  const twice = (
    text: string,
    zone: string,
    [from, lastFrom]: readonly [string, string?],
    [until, firstUntil]: readonly [string, string?],
  ) => ({ text, zone, span: { from, until, lastFrom, firstUntil } });
  test.each([
    // 02:30 comes at 00:30Z and at 01:30Z.
    twice(
      "2026-10-25T02:30",
      "Europe/Berlin",
      ["2026-10-25T00:30:00.000000Z", "2026-10-25T01:30:00.000000Z"],
      ["2026-10-25T01:31:00.000000Z", "2026-10-25T00:31:00.000000Z"],
    ),
    twice(
      "2026-10-25T02",
      "Europe/Berlin",
      ["2026-10-25T00:00:00.000000Z", "2026-10-25T01:00:00.000000Z"],
      ["2026-10-25T02:00:00.000000Z", "2026-10-25T01:00:00.000000Z"],
    ),
    twice(
      "2026-10-25T02:30:00.25",
      "Europe/Berlin",
      ["2026-10-25T00:30:00.250000Z", "2026-10-25T01:30:00.250000Z"],
      ["2026-10-25T01:30:00.260000Z", "2026-10-25T00:30:00.260000Z"],
    ),
    // With an offset it is one of them.
    twice(
      "2026-10-25T02:30+02:00",
      "Europe/Berlin",
      ["2026-10-25T00:30:00.000000Z"],
      ["2026-10-25T00:31:00.000000Z"],
    ),
    twice(
      "2026-10-25T01",
      "Europe/Berlin",
      ["2026-10-24T23:00:00.000000Z"],
      ["2026-10-25T00:00:00.000000Z"],
    ),
    twice(
      "2026-10-25T03",
      "Europe/Berlin",
      ["2026-10-25T02:00:00.000000Z"],
      ["2026-10-25T03:00:00.000000Z"],
    ),
    // Midnight comes twice, and begins the day once.
    twice(
      "2026-10-31",
      "America/Havana",
      ["2026-10-31T04:00:00.000000Z"],
      ["2026-11-01T04:00:00.000000Z"],
    ),
    // The half hour before two: this hour has ninety minutes.
    twice(
      "2026-04-05T01",
      "Australia/Lord_Howe",
      ["2026-04-04T14:00:00.000000Z"],
      ["2026-04-04T15:30:00.000000Z", "2026-04-04T15:00:00.000000Z"],
    ),
    // There is no midnight: the day begins at one.
    twice(
      "2026-03-08",
      "America/Havana",
      ["2026-03-08T05:00:00.000000Z"],
      ["2026-03-09T04:00:00.000000Z"],
    ),
  ])("where clocks go back it has all that it may mean: $text in $zone", ({ text, zone, span }) => {
    expect(timeSpanOf(text, { zone, nowMillis })).toEqual(span);
  });

  test.each([
    ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T03:30+02:00"],
    ["2026-03-29T02", "Europe/Berlin", "2026-03-29T03:00+02:00"],
    ["2026-03-29T02:30:00.5", "Europe/Berlin", "2026-03-29T03:30+02:00"],
    ["2011-12-30", "Pacific/Apia", "2011-12-31T00:00+14:00"],
  ])("%s is passed over in %s", (text, zone, instead) => {
    expect(() => timeSpanOf(text, { zone, nowMillis })).toThrow(
      `${text} is no time in ${zone}: the clocks go forward and pass over it; give one before or after it, or an offset, as in ${instead}`,
    );
  });

  test("is before its own end, whatever it is", () => {
    const part = (max: number): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, "0"));
    const text = fc
      .tuple(part(14), part(33), part(25), part(61), part(61))
      .map(
        ([month, day, hour, minute, second]) => `2026-${month}-${day}T${hour}:${minute}:${second}`,
      );
    fc.assert(
      fc.property(
        text,
        fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia"),
        (given, zone) => {
          const span = timeSpanOf(given, { zone, nowMillis });
          if (span !== undefined) expect(span.from < span.until).toBe(true);
        },
      ),
    );
  });
});

describe("a time zone", () => {
  test.each(["UTC", "local", "Europe/Berlin"])("%s", (zone) => {
    expect(checkZone(zone, "--timezone")).toBe(zone);
  });
  test("that there is not", () => {
    expect(() => checkZone("Europe/Berlln", "--timezone")).toThrow(
      '--timezone must be the name of a time zone, as in Europe/Berlin, UTC or local; it is "Europe/Berlln"',
    );
  });
});
