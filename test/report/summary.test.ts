import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseQuery, sourcesOf } from "../../src/read/index.ts";
import {
  groupTrail,
  summariseTrail,
  type Total,
  type TrailSummary,
} from "../../src/report/index.ts";
import { TEAM_EVENTS, type TrailEvent, writeReportTrail } from "../support/report-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function trailOf(events: readonly TrailEvent[] = TEAM_EVENTS): string {
  const directory = temporaryDirectory();
  writeReportTrail(directory, events);
  return directory;
}

async function summaryOf(
  paths: readonly string[],
  { terms = "", zone = "UTC" }: { terms?: string; zone?: string } = {},
): Promise<TrailSummary> {
  return summariseTrail(await sourcesOf(paths), parseQuery(terms, { zone }), { zone });
}

const recordsBy = (totals: readonly Total[]): Readonly<Record<string, number>> =>
  Object.fromEntries(totals.map(({ name, records }) => [name, records]));

describe("a summary", () => {
  test("counts records by what they are, and events where a record stands for several", async () => {
    const summary = await summaryOf([trailOf()]);
    // All but the gap record.
    expect(summary).toMatchObject({ total: 16, events: 19, highImpact: 10, denied: 1 });
    expect(recordsBy(summary.statuses)).toEqual({ success: 13, failed: 3 });
    expect(recordsBy(summary.outcomes)).toEqual({ success: 13, failure: 2, denied: 1 });
    expect(recordsBy(summary.actions)).toMatchObject({ hp_change: 2, decision: 2, note_write: 1 });
    expect(summary.actors.find(({ name }) => name === "anonymous")).toEqual({
      name: "anonymous",
      records: 1,
      events: 4,
    });
    expect([summary.first, summary.last]).toEqual([
      "2026-10-05T08:00:00.000000Z",
      "2026-10-11T09:30:00.000000Z",
    ]);
  });

  const gap = (at: string, count: number, action = "records_lost"): TrailEvent => ({
    at,
    action,
    kind: "gap",
    outcome: "failure",
    error: "ENOSPC",
    more: { "audit.count": count },
  });
  test.each<readonly [string, TrailSummary["gaps"]]>([
    ["", { records: 3, lost: 70, unconfirmed: 5 }],
    // They are of no actor and of no action that somebody took.
    ["actor:ann action:hp_change", { records: 3, lost: 70, unconfirmed: 5 }],
    ["created:2026-10-08", { records: 1, lost: 58, unconfirmed: 0 }],
    ["created:<2026-10-08", { records: 0, lost: 0, unconfirmed: 0 }],
    ["-service:trainer", { records: 0, lost: 0, unconfirmed: 0 }],
  ])("adds up the gap records of that time (%j)", async (terms, wanted) => {
    const directory = trailOf([
      ...TEAM_EVENTS.filter(({ kind }) => kind !== "gap"),
      gap("2026-10-08T09:00", 58),
      gap("2026-10-09T09:00", 12),
      gap("2026-10-10T09:00", 5, "records_unconfirmed"),
    ]);
    const { gaps, total } = await summaryOf([directory], { terms });
    expect(gaps).toEqual(wanted);
    if (terms === "") expect(total).toBe(16);
    // In a copy of them nothing is lost twice.
    expect((await summaryOf([directory, directory], { terms })).gaps).toEqual(wanted);
  });

  test("does not tell of gap records where a pipe is read: nobody reads it twice", async () => {
    const [source] = await sourcesOf([trailOf()]);
    if (source === undefined) throw new Error("no source");
    const piped = [{ ...source, isReadOnce: true }];
    const { gaps, total } = await summariseTrail(piped, parseQuery(""), { zone: "UTC" });
    expect({ gaps, total }).toEqual({ gaps: undefined, total: 16 });
  });

  test("counts what gap records stand for where they are asked for", async () => {
    const { total, events, actions } = await summaryOf([trailOf()], { terms: "kind:gap" });
    expect({ total, events }).toEqual({ total: 1, events: 12 });
    expect(actions).toEqual([{ name: "records_lost", records: 1, events: 12 }]);
  });

  test("has the largest first, and days in their order", async () => {
    const { actors, days } = await summaryOf([trailOf()]);
    const events = actors.map((actor) => actor.events);
    expect(events).toEqual(events.toSorted((a, b) => b - a));
    const names = days.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    expect(names).not.toContain("2026-10-08T00:00:00Z");
  });

  test("counts a record once that stands in several files", async () => {
    const directory = trailOf();
    const copy = join(temporaryDirectory(), "copy");
    mkdirSync(copy);
    cpSync(directory, copy, { recursive: true });
    const { total, first, days } = await summaryOf([directory, copy]);
    expect({ total, first, days }).toEqual(
      await summaryOf([directory]).then((once) => ({
        total: once.total,
        first: once.first,
        days: once.days,
      })),
    );
  });

  test("asks the query", async () => {
    const { total, actors, denied } = await summaryOf([trailOf()], { terms: "actor:bob" });
    expect({ total, actors, denied }).toEqual({
      total: 3,
      actors: [{ name: "bob", records: 3, events: 3 }],
      denied: 1,
    });
  });

  test("is zeros for an empty log", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "journal"));
    const summary = await summaryOf([directory]);
    expect(summary).toMatchObject({ total: 0, events: 0, highImpact: 0, denied: 0, actions: [] });
    expect(summary.first).toBeUndefined();
  });

  test.each([
    ["UTC", ["2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z"]],
    ["Asia/Tokyo", ["2026-10-06T00:00:00+09:00"]],
  ])("counts the days of %s", async (zone, expected) => {
    const events = [
      { at: "2026-10-05T15:30", action: "pause" },
      { at: "2026-10-06T01:00", action: "resume" },
    ];
    const { days } = await summaryOf([trailOf(events)], { zone });
    expect(days.map(({ name }) => name)).toEqual(expected);
  });

  test("groups by fields and pieces of time of somebody's own", async () => {
    const { fields, groups, total, events } = await groupTrail(
      await sourcesOf([trailOf()]),
      parseQuery("", {}),
      { zone: "UTC", by: ["month", "target.type", "details.output"] },
    );
    expect({ fields, total, events }).toEqual({
      fields: ["month", "target.type", "details.output"],
      total: 16,
      events: 19,
    });
    expect(groups).toContainEqual({
      values: ["2026-10-01T00:00:00Z", "decision", "grant"],
      records: 1,
      events: 1,
    });
    const counts = groups.map((group) => group.events);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });
});
