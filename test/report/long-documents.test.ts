/** Documents of trails that they cannot list: what they count is counted of all. */
import { describe, expect, test } from "vitest";
import type { ReportDocument, ReportKind } from "../../src/report/index.ts";
import { csvOf, documentOf, markdownOf, sectionOf } from "../support/report-document.ts";
import { reportId, TEAM_EVENTS, type TrailEvent } from "../support/report-trail.ts";

/** Days later, so many of them. */
function laterEvents(count: number, of: (index: number) => Partial<TrailEvent>): TrailEvent[] {
  return Array.from({ length: count }, (_, index): TrailEvent => {
    const minutes = String(Math.floor(index / 60)).padStart(2, "0");
    const at = `2026-11-01T${minutes}:${String(index % 60).padStart(2, "0")}`;
    return { at, action: "note_write", ...of(index) };
  });
}

const notes = laterEvents(40, () => ({}));
const discards = laterEvents(40, (index) => ({
  action: "sample_discard",
  actor: "bob",
  reason: `blur ${index % 2}`,
  target: ["sample", `late-${index}`] as const,
}));
const decisions = laterEvents(40, (index) => ({
  action: "decision",
  actor: "scorer",
  type: "service",
  target: ["decision", `late-${index}`] as const,
  details: { model_version: "8", human_in_the_loop: false },
}));

describe.each<[ReportKind, readonly TrailEvent[], readonly string[]]>([
  [
    "release",
    notes,
    [
      "Changes, by person and setting",
      "Permissions, roles and users",
      "Checkpoints, snapshots and releases",
      "Denied attempts",
      "Roles",
    ],
  ],
  ["incident", laterEvents(40, () => ({ error: "no" })), ["Roles"]],
  [
    "exclusions",
    discards,
    ["How many, by whom, why", "Left out at the end of the period", "Without a reason", "Roles"],
  ],
  ["decisions", decisions, ["How many", "Roles"]],
])("a document about %s that is too long", (kind, more, headings) => {
  const events = [...TEAM_EVENTS, ...more];

  test.each(headings)("has all of it in %j", async (heading) => {
    const [whole, short] = await Promise.all([
      documentOf(kind, { events }),
      documentOf(kind, { events, limit: 2 }),
    ]);
    expect(short.events.length).toBeLessThan(whole.events.length);
    expect(sectionOf(short, heading)).toBe(sectionOf(whole, heading));
  });

  test("has them under other names as well", async () => {
    const made = { events, isPseudonymous: true };
    const short = await documentOf(kind, { ...made, limit: 2 });
    expect(markdownOf(short)).not.toMatch(/\b(ann|bob|carla|dora|tuner|scorer|10\.0\.0\.7)\b/i);
    for (const heading of headings) {
      const rows = (document: ReportDocument): number =>
        sectionOf(document, heading).split("\n").length;
      expect(rows(short)).toBe(rows(await documentOf(kind, made)));
    }
  });

  test("has a row of CSV for each record", async () => {
    const short = await csvOf(await documentOf(kind, { events, limit: 2 }));
    const whole = await csvOf(await documentOf(kind, { events }));
    // What led to a failure is looked up for those that are listed.
    const same = (line: string): string => line.replace(/,not verified,[\w. ]*,/, ",");
    expect(short.map(same).toSorted()).toEqual(whole.map(same).toSorted());
    expect(short.length).toBeGreaterThan(40);
    const own = { events, limit: 2, isPseudonymous: true };
    const renamed = (await csvOf(await documentOf(kind, own))).join("\n");
    expect(renamed).not.toMatch(/\b(ann|bob|carla|dora|tuner|scorer|10\.0\.0\.7)\b/i);
  });

  test("says so in its head, and nowhere that there is none", async () => {
    const short = await documentOf(kind, { events, limit: 2 });
    const whole = await documentOf(kind, { events });
    const all = whole.events.length;
    expect(short.facts).toContainEqual([
      "Listed",
      expect.stringContaining(`${short.events.length} of ${all} records`),
    ]);
    expect(whole.facts.map(([name]) => name)).not.toContain("Listed");
    const noneIn = (document: ReportDocument): number =>
      markdownOf(document).split("\nNone.").length;
    expect(noneIn(short)).toBe(noneIn(whole));
  });
});

test("rows of a table that is too long are the latest, and the rest is counted", async () => {
  const events = laterEvents(30, () => ({ outcome: "denied", error: "no" }));
  const denied = sectionOf(await documentOf("release", { events, limit: 2 }), "Denied attempts");
  expect(denied).toContain("the latest 4 of 30");
  expect(denied.match(/RePoRt\w+\.\d+/g)).toEqual([27, 28, 29, 30].map(reportId));
});

test("what led to a decision that is set aside by a record that is not listed stands beside it", async () => {
  const overrides = laterEvents(9, (index) => ({
    action: "decision_override",
    actor: "dora",
    details: { decision_id: index === 0 ? "loan-9" : "elsewhere", model_version: "8" },
  }));
  const decision: TrailEvent = {
    at: "2026-11-02T00:00",
    action: "decision",
    target: ["decision", "loan-9"],
    details: { model_version: "8", human_in_the_loop: true },
  };
  const document = await documentOf("decisions", { events: [...overrides, decision], limit: 2 });
  const human = sectionOf(document, "Decided by a person, or with one");
  expect(human).toContain("**Set aside by**");
  expect(human).toContain(reportId(1));
  expect(sectionOf(document, "How many")).toContain("stand elsewhere: 8");
});
