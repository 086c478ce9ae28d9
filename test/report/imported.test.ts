/** What an imported log claims is told as a claim: no value, no count and no order is made of it. */
import { describe, expect, test } from "vitest";
import { parseQuery, sourcesOf } from "../../src/read/index.ts";
import { explain, momentOf, reproduce, summariseTrail } from "../../src/report/index.ts";
import { historyOf } from "../../src/report/timeline/history.ts";
import { replay } from "../../src/report/timeline/replay.ts";
import { sideText } from "../../src/report/side.ts";
import { documentOf, markdownOf, sectionOf } from "../support/report-document.ts";
import { reportId, type TrailEvent } from "../support/report-trail.ts";
import { flatRecords, STREAM, timeAt, type Told, writtenRecords } from "../support/told-records.ts";

const claimedAt = (time?: string): Readonly<Record<string, string>> => ({
  "audit.import.file.name": "old.json",
  ...(time === undefined ? {} : { "audit.import.time": time }),
});
const sample = (at: number, action: string, more: Partial<Told> = {}): Told => ({
  at,
  action,
  target: ["dataset", "d"],
  details: { sample_ids: ["s-18"] },
  ...more,
});
const rate = (at: number, from: number, to: number, more: Partial<Told> = {}): Told => ({
  at,
  action: "hp_change",
  target: ["experiment", "exp-1"],
  details: { before: { lr: from }, after: { lr: to } },
  ...more,
});
const OLD = "2025-05-02T10:00:00.000000Z";

describe("a value", () => {
  test.each<
    [
      name: string,
      records: readonly Told[],
      until: string | undefined,
      value: string,
      doubts: number,
    ]
  >([
    [
      "older claim",
      [rate(1, 1, 2), rate(5, 8, 9, { attributes: claimedAt(OLD) })],
      undefined,
      "2",
      0,
    ],
    [
      "later claim",
      [rate(1, 1, 2), rate(5, 8, 9, { attributes: claimedAt(timeAt(3)) })],
      undefined,
      "2",
      1,
    ],
    [
      "claim of the same value",
      [rate(1, 1, 2), rate(5, 1, 2, { attributes: claimedAt(timeAt(3)) })],
      undefined,
      "2",
      0,
    ],
    ["no time", [rate(1, 1, 2), rate(5, 8, 9, { attributes: claimedAt() })], undefined, "2", 1],
    [
      "claim from after what is asked for",
      [rate(1, 1, 2), rate(5, 8, 9, { attributes: claimedAt(timeAt(4)) })],
      timeAt(3),
      "2",
      0,
    ],
    ["a claim alone", [rate(5, 8, 9, { attributes: claimedAt(OLD) })], undefined, "(not known)", 1],
    [
      "a failed one claims nothing",
      [rate(1, 1, 2), rate(5, 8, 9, { outcome: "failure", attributes: claimedAt() })],
      undefined,
      "2",
      0,
    ],
    [
      "many claims",
      [rate(1, 1, 2), ...[3, 4, 5, 6, 7].map((to) => rate(to, 2, to, { attributes: claimedAt() }))],
      undefined,
      "2",
      4,
    ],
    [
      "a claimed restore",
      [rate(1, 1, 2), { at: 5, action: "checkpoint_restore", attributes: claimedAt(timeAt(4)) }],
      undefined,
      "2",
      1,
    ],
  ])("%s", (_, records, until, value, doubts) => {
    const told = replay(flatRecords(...records), until);
    expect(told.contradictions).toEqual([]);
    expect(told.fields.map((one) => [sideText(one.value), one.doubts.length])).toEqual([
      [value, doubts],
    ]);
    for (const doubt of told.fields.flatMap((one) => one.doubts.slice(0, 3)))
      expect(doubt).toContain("is imported and counts for nothing here: old.json says that");
  });
});

const restored = [
  sample(1, "sample_discard"),
  sample(2, "sample_restore"),
  sample(3, "sample_discard", { attributes: claimedAt(OLD), service: "otel-audit import" }),
  rate(4, 0.1, 0.2),
  rate(5, 0.5, 0.9, { attributes: claimedAt(OLD) }),
];

test("a history has the rows, and the value is that of the originals", async () => {
  const sources = await sourcesOf([writtenRecords(...restored)]);
  const found = await historyOf(sources, "s-18", { until: timeAt(9) });
  expect(found.entries).toHaveLength(3);
  expect(found.at).toMatchObject([
    { field: "discarded", value: { value: false }, setBy: { record_id: `${STREAM}.2` } },
  ]);
});

test("what is reproduced has no step of them", async () => {
  const sources = await sourcesOf([writtenRecords(...restored)]);
  const found = await reproduce(sources);
  expect(found.steps.map(({ record }) => record.sequence)).toEqual([1, 2, 4]);
  expect(found.imported.map(({ sequence }) => sequence)).toEqual([3, 5]);
  expect(found.final.map(({ field, value }) => [field, sideText(value)])).toEqual([
    ["discarded", "false"],
    ["lr", "0.2"],
  ]);
});

test("no snapshot is of the time of an import, and nothing was led to by one", async () => {
  const save = (at: number, attributes: Readonly<Record<string, string>>): Told => ({
    at,
    action: "checkpoint_save",
    details: { checkpoint_id: "ckpt-1" },
    attributes,
  });
  const both = [save(1, claimedAt(OLD)), save(2, {})];
  const sources = await sourcesOf([writtenRecords(...both)]);
  expect((await momentOf(sources, "ckpt-1")).moment).toMatchObject({ from: timeAt(2) });
  const alone = await sourcesOf([writtenRecords(save(1, claimedAt(OLD)))]);
  const { moment } = await momentOf(alone, "ckpt-1");
  expect(moment).toMatchObject({ from: OLD });
  expect(moment?.notes.join()).toContain("only an imported record tells of ckpt-1");

  const paused: Told = { at: 1, action: "pause", attributes: claimedAt(OLD) };
  const failed = rate(3, 1, 2, { outcome: "failure" });
  const [, record] = flatRecords(paused, failed);
  if (record === undefined) throw new Error("no record");
  const trail = await sourcesOf([writtenRecords(paused, failed)]);
  expect((await explain(trail, record, { windowMillis: 3_600_000 })).steps).toEqual([]);
});

test("a summary says how many are imported, and of what", async () => {
  const sources = await sourcesOf([writtenRecords(...restored)]);
  const found = await summariseTrail(sources, parseQuery(""), { zone: "UTC" });
  expect(found.total).toBe(5);
  expect(found.imported).toEqual([
    { name: "hp_change", records: 1, events: 1 },
    { name: "sample_discard", records: 1, events: 1 },
  ]);
});

const imported = { "audit.import.file.name": "old.json", "audit.import.time": OLD };
const EVENTS: readonly TrailEvent[] = [
  {
    at: "2026-10-05T08:00",
    action: "sample_discard",
    reason: "dark",
    details: { sample_ids: ["s1"] },
  },
  {
    at: "2026-10-05T08:01",
    action: "sample_restore",
    reason: "bright",
    details: { sample_ids: ["s1"] },
  },
  {
    at: "2026-10-05T08:02",
    action: "sample_discard",
    actor: "unknown",
    details: { sample_ids: ["s1", "s2"] },
    more: imported,
  },
  {
    at: "2026-10-05T08:03",
    action: "hp_change",
    actor: "unknown",
    details: { before: { lr: 1 }, after: { lr: 7 } },
    more: imported,
  },
];

describe("a report", () => {
  test("on exclusions counts originals, and says apart what a file claims", async () => {
    const document = await documentOf("exclusions", { events: EVENTS });
    const counts = sectionOf(document, "How many, by whom, why");
    expect(counts).toContain("| ann | 1 | 1 | 1 | 1 |");
    expect(counts).not.toContain("| unknown |");
    expect(counts).toContain("1 of the records is imported");
    expect(counts).toContain("| old.json | 1 | 2 | 0 | 0 |");
    expect(sectionOf(document, "Left out at the end of the period")).toContain(
      "not restored in it: 0.",
    );
    expect(document.facts).toContainEqual(["Of which imported", expect.stringMatching(/^1, /)]);
    expect(document.events.map(({ columns }) => columns["imported"])).toEqual(["", "", "old.json"]);
  });

  test("on a release takes no value from them, and marks them", async () => {
    const document = await documentOf("release", { events: EVENTS });
    const changes = sectionOf(document, "Changes, by person and setting");
    expect(changes).not.toContain("| lr |");
    expect(changes).toContain("1 change that an imported log claims");
    expect(markdownOf(document)).toContain(
      "**Imported:** from old.json, which says that it happened at 2025-05-02",
    );
  });

  test("on decisions sets none aside for one", async () => {
    const decision: TrailEvent = {
      at: "2026-10-05T08:00",
      action: "decision",
      target: ["decision", "d-1"],
      details: { decision_id: "d-1", output: "no" },
    };
    const override: TrailEvent = {
      at: "2026-10-05T08:01",
      action: "decision_override",
      details: { decision_id: "d-1", original_output: "no", new_output: "yes" },
      more: imported,
    };
    const document = await documentOf("decisions", { events: [decision, override] });
    expect(document.events.map(({ columns }) => columns["overridden_by"])).toEqual(["", ""]);
    expect(sectionOf(document, "Imported, and in no count above")).toContain(reportId(2));
  });
});
