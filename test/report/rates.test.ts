import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DateTime } from "luxon";
import { toFlat } from "../../src/format/index.ts";
import { groupsOf } from "../../src/read/search/group-keys.ts";
import { fullRecord } from "../support/records.ts";
import { parseQuery, sourcesOf } from "../../src/read/index.ts";
import { countRates, type RateInterval, type Rates, ratesSvg } from "../../src/report/index.ts";
import { TEAM_EVENTS, type TrailEvent, writeReportTrail } from "../support/report-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Asked {
  readonly interval?: RateInterval;
  readonly by?: string;
  readonly zone?: string;
}

async function ratesOf(
  events: readonly TrailEvent[],
  { zone = "UTC", ...rest }: Asked = {},
): Promise<Rates> {
  const directory = temporaryDirectory();
  writeReportTrail(directory, events);
  return countRates(await sourcesOf([directory]), parseQuery(""), { zone, ...rest });
}

const at = (...times: readonly string[]): readonly TrailEvent[] =>
  times.map((time) => ({ at: time, action: "pause" }));

describe("rates", () => {
  test("have every piece of time, also an empty one", async () => {
    const { starts, series, events } = await ratesOf(TEAM_EVENTS, { interval: "day" });
    expect(starts.map((start) => start.slice(0, 10))).toEqual(
      [5, 6, 7, 8, 9, 10, 11].map((day) => `2026-10-${String(day).padStart(2, "0")}`),
    );
    expect(series).toEqual([{ name: "", total: 19, events: [3, 5, 2, 0, 3, 1, 5] }]);
    expect(events).toBe(19);
  });

  test.each<[name: string, interval: RateInterval, times: readonly string[], counts: number[]]>([
    // 2026-10-25 has 25 hours there; both events are of that day.
    [
      "a day of 25 hours",
      "day",
      ["2026-10-24T22:30", "2026-10-25T22:30", "2026-10-25T23:30"],
      [2, 1],
    ],
    [
      "hours, one of them twice",
      "hour",
      ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"],
      [1, 1, 1],
    ],
    [
      "weeks from Monday",
      "week",
      ["2026-10-04T12:00", "2026-10-05T12:00", "2026-10-20T12:00"],
      [1, 1, 0, 1],
    ],
    ["months", "month", ["2026-08-31T21:59", "2026-08-31T22:00", "2026-10-31T22:59"], [1, 1, 1]],
  ])("of Berlin: %s", async (_, interval, times, counts) => {
    const { series } = await ratesOf(at(...times), { interval, zone: "Europe/Berlin" });
    expect(series[0]?.events).toEqual(counts);
  });

  // Clocks are changed there by half an hour, or at midnight: hours are of 30 or 90 minutes, and days begin at 01:00.
  test.each<[zone: string, interval: RateInterval, first: string, minutes: number]>([
    ["Australia/Lord_Howe", "hour", "2026-04-04T13:00", 223],
    ["Australia/Lord_Howe", "hour", "2026-04-04T13:00", 400 * 24 * 60],
    ["Australia/Lord_Howe", "hour", "2026-10-03T14:10", 300],
    ["Australia/Lord_Howe", "day", "2026-04-04T12:50", 3000],
    ["Africa/Cairo", "day", "2026-04-23T22:00", 1470],
    ["Asia/Beirut", "hour", "2026-03-28T20:00", 300],
  ])("drop nothing where clocks are changed: %s, %s from %s", async (...args) => {
    const [zone, interval, first, minutes] = args;
    const step = Math.ceil(minutes / 2000);
    const begin = Date.parse(`${first}:00Z`);
    const times = Array.from({ length: Math.floor(minutes / step) }, (_, index) =>
      new Date(begin + index * step * 60_000).toISOString().slice(0, 16),
    );
    const { events, starts, series } = await ratesOf(at(...times), { zone, interval });
    expect(events).toBe(times.length);
    expect(series[0]?.total).toBe(times.length);
    expect(new Set(starts).size).toBe(starts.length);
    const instants = starts.map((start) => Date.parse(start));
    expect(instants).toEqual(instants.toSorted((left, right) => left - right));
  });

  test.each<[RateInterval, string]>([
    ["hour", "2026-10-06T10:00"],
    ["day", "2026-11-20T10:00"],
    ["week", "2027-06-01T10:00"],
    ["month", "2029-06-01T10:00"],
    ["year", "2060-06-01T10:00"],
  ])("fit a screen by themselves: %s", async (interval, last) => {
    const rates = await ratesOf(at("2026-10-05T10:00", last));
    expect(rates.interval).toBe(interval);
    expect(rates.starts.length).toBeLessThanOrEqual(61);
  });

  test("have a series for each value, the largest first", async () => {
    const { series } = await ratesOf(TEAM_EVENTS, { interval: "day", by: "actor" });
    expect(series[0]).toEqual({ name: "ann", total: 6, events: [2, 2, 1, 0, 0, 1, 0] });
    expect(series.map(({ name }) => name)).toEqual([
      "ann",
      "anonymous",
      "bob",
      "scorer",
      "tuner",
      "carla",
      "dora",
    ]);
  });

  test("are refused where a wrong clock would make millions of pieces", async () => {
    const wrong = at("1970-01-01T00:00", "2026-10-05T10:00");
    await expect(ratesOf(wrong, { interval: "hour" })).rejects.toThrow(
      "from 1970-01-01 to 2026-10-05 with --interval hour: take a longer one",
    );
  });

  test("are none of an empty trail", async () => {
    expect(await ratesOf([])).toMatchObject({ starts: [], series: [], events: 0 });
  });
});

describe("their picture", () => {
  test("has a bar for each group and piece of time, a legend and axes", async () => {
    const svg = ratesSvg(await ratesOf(TEAM_EVENTS, { interval: "day", by: "actor" }), "Events");
    expect(svg).toContain("<title>2026-10-05T00:00:00Z ann: 2</title>");
    expect(svg).toContain(">anonymous 4<");
    expect(svg).toContain(">2026-10-08<");
    expect(svg).toContain("prefers-color-scheme:dark");
  });

  test("adds up what has no colour of its own", async () => {
    const events = Array.from({ length: 12 }, (_, index) => ({
      at: "2026-10-05T10:00",
      action: "pause",
      actor: `actor-${index}`,
    }));
    expect(ratesSvg(await ratesOf(events, { by: "actor" }), "")).toContain(">6 others 6<");
  });

  test("of nothing is a picture too", async () => {
    expect(ratesSvg(await ratesOf([]), "Nothing")).toContain("0 events");
  });

  test("has no mark-up of a record in it, whatever stands there", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (name, title) => {
        const hostile = `${name}"'<script>&]]>`;
        const svg = ratesSvg(
          {
            interval: "day",
            zone: "UTC",
            by: "actor",
            records: 1,
            events: 1,
            imported: 0,
            starts: ["2026-10-05T00:00:00Z"],
            series: [
              { name: hostile, total: 1, events: [1] },
              { name: `${hostile}2`, total: 1, events: [1] },
            ],
            problems: [],
            problemCount: 0,
          },
          title,
        );
        const tags = svg.match(/<\/?([a-z]+)/g) ?? [];
        expect(new Set(tags)).toEqual(
          new Set([
            "<svg",
            "</svg",
            "<title",
            "</title",
            "<desc",
            "</desc",
            "<style",
            "</style",
            "<rect",
            "</rect",
            "<text",
            "</text",
            "<line",
          ]),
        );
        // What XML does not allow at all.
        // oxlint-disable-next-line no-control-regex
        expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        expect(svg.isWellFormed()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test.each(["UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Europe/Berlin"])(
  "hours and days of %s are those of the calendar, minute by minute",
  (zone) => {
    const date = fc.date({
      min: new Date("2026-03-20T00:00:00Z"),
      max: new Date("2026-11-10T00:00:00Z"),
      noInvalidDate: true,
    });
    const interval = fc.constantFrom("minute", "hour", "day", "week", "month");
    fc.assert(
      fc.property(fc.array(date, { minLength: 1 }), interval, (dates, piece) => {
        const groups = groupsOf([{ interval: piece, zone }]);
        for (const one of dates) {
          const timestamp = one.toISOString().replace("Z", "000Z");
          const expected = DateTime.fromJSDate(one, { zone }).startOf(piece);
          expect(groups({ ...toFlat(fullRecord), timestamp })).toBe(
            expected.toISO({ suppressMilliseconds: true }),
          );
        }
      }),
    );
  },
);
