/** Trails that are large enough for threads: the same answers, and a thread's end is an error. */
import { expect, test } from "vitest";
import {
  countTrail,
  matchingRecords,
  parseQuery,
  searchTrail,
  sourcesOf,
} from "../../src/read/index.ts";
import { TEAM_EVENTS, type TrailEvent, writeReportTrail } from "../support/report-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const EVENTS = 20_000;

/** More than 8 MiB, in many blocks. */
function largeTrail(): string {
  const directory = temporaryDirectory();
  const [first] = TEAM_EVENTS;
  if (first === undefined) throw new Error("no events");
  const events = Array.from({ length: EVENTS }, (_, index): TrailEvent => ({
    ...first,
    actor: `user-${index % 10}`,
    at: new Date(Date.parse("2026-10-01T00:00:00Z") + index * 1000)
      .toISOString()
      .replace("Z", "000Z"),
  }));
  writeReportTrail(directory, events);
  return directory;
}

test("a search, a count and a stream of a large trail say the same", async () => {
  const sources = await sourcesOf([largeTrail()]);
  expect(sources.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(8 * 1024 * 1024);
  const query = parseQuery("actor:user-3");
  const found = await searchTrail(sources, query, { order: "oldest" });
  expect([found.total, found.records.length]).toEqual([EVENTS / 10, EVENTS / 10]);
  const { counts, total } = await countTrail(sources, query, [{ field: "actor" }]);
  expect([...counts.values()]).toMatchObject([{ values: ["user-3"], records: EVENTS / 10 }]);
  expect(total).toBe(EVENTS / 10);
  const ids: string[] = [];
  for await (const one of matchingRecords(sources, query))
    if (one.kind === "record") ids.push(one.record.record_id);
  expect(ids).toEqual(found.records.map(({ record_id: id }) => id));
});
