/** What commands say of a stream whose clock was set back, and of one that lacks a record. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalDirectory } from "../../src/format/index.ts";
import { otelAudit } from "../support/command-trail.ts";
import {
  REPORT_STREAM as STREAM,
  reportId,
  type TrailEvent,
  writeReportTrail,
} from "../support/report-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const exp = ["experiment", "exp-1"] as const;

function change(minute: number, from: number, to: number): TrailEvent {
  return {
    at: `2026-10-25T01:${String(minute).padStart(2, "0")}`,
    action: "hp_change",
    target: exp,
    details: { before: { lr: from }, after: { lr: to } },
  };
}

/** The clock is set back behind the third. */
const EVENTS: readonly TrailEvent[] = [
  change(30, 1, 2),
  change(40, 2, 3),
  {
    at: "2026-10-25T01:41",
    action: "sample_discard",
    reason: "dark",
    details: { sample_ids: ["s1"] },
  },
  change(15, 3, 4),
  {
    at: "2026-10-25T01:20",
    action: "sample_restore",
    reason: "light",
    details: { sample_ids: ["s1"] },
  },
  { ...change(21, 4, 9), outcome: "failure", error: "too high" },
];

function trail(events: readonly TrailEvent[] = EVENTS, without?: number): string {
  const directory = temporaryDirectory();
  writeReportTrail(directory, events);
  const file = join(journalDirectory(directory), STREAM, "1.jsonl");
  const lines = readFileSync(file, "utf8").split("\n");
  if (without !== undefined) lines.splice(without - 1, 1);
  writeFileSync(file, lines.join("\n"));
  return directory;
}

const ask = (args: readonly string[], directory: string) =>
  otelAudit([...args, "-t", directory, "--timezone", "UTC"]);

/** Where ids stand in a text, in their order. */
function idsIn(text: string): readonly string[] {
  return text.match(new RegExp(`${STREAM}\\.\\d+`, "g")) ?? [];
}

const SET_BACK = `the clock of stream ${STREAM} was set back at ${reportId(4)}, from 2026-10-25 01:41`;

test("history and reproduce tell the last value, and that the clock was set back", () => {
  const directory = trail();
  const history = ask(["history", "exp-1", "--at", "2026-10-26", "-o", "json"], directory);
  expect(history.code).toBe(0);
  expect(history.err).toContain(SET_BACK);
  expect(JSON.parse(history.out)).toMatchObject({
    at: { fields: [{ field: "lr", value: { value: 4 }, setBy: reportId(4), doubts: [] }] },
    clocksSetBack: [{ stream: STREAM, record: reportId(4), times: 1 }],
    recordsMissing: [],
    contradictions: [],
  });
  const state = ask(["reproduce", "-o", "json"], directory);
  expect(state.err).toContain(SET_BACK);
  expect(JSON.parse(state.out)).toMatchObject({
    steps: [1, 2, 3, 4, 5].map((place) => ({ record: reportId(place) })),
    clocksSetBack: [{ stream: STREAM }],
    contradictions: [],
  });
  const page = ask(["reproduce"], directory).out;
  expect(page).toContain("discarded: false, 1 of them: s1");
  const sample = ask(["history", "s1", "--at", "2026-10-26", "-o", "csv"], directory).out;
  expect(sample).toContain("discarded,false");
});

test("explain has what stands before it in its stream with a later time", () => {
  const { out, err } = ask(["explain", reportId(6), "-o", "json"], trail());
  expect(err).toContain(SET_BACK);
  const told = JSON.parse(out) as {
    steps: { record: { record_id: string } }[];
    attempts: { record_id: string }[];
  };
  expect(told.steps.map(({ record }) => record.record_id)).toEqual([1, 2, 3, 4, 5].map(reportId));
  expect(told.attempts.map(({ record_id: id }) => id)).toEqual([1, 2, 4].map(reportId));
  // What came after it in its stream did not come before it, whatever its time.
  const early = ask(["explain", reportId(2), "-o", "json"], trail()).out;
  expect((JSON.parse(early) as { steps: unknown[] }).steps).toHaveLength(1);
});

test("documents put back, and change last, what stands last in the stream", () => {
  const directory = trail();
  const exclusions = ask(["report", "exclusions"], directory).out;
  expect(exclusions).toContain("and not restored in it: 0.");
  const release = ask(["report", "release"], directory).out;
  expect(release).toContain("| lr | experiment exp-1 | 1 | 4 | 3 |");
  const incident = ask(["report", "incident"], directory).out;
  const before = incident.slice(incident.indexOf("What came before it"));
  expect(idsIn(before.replaceAll("\\", ""))).toEqual(
    expect.arrayContaining([1, 2, 3, 4, 5].map(reportId)),
  );
});

test("around stands in the order of the stream; query is a table of times", () => {
  const directory = trail();
  const around = ask(["around", reportId(4), "--window", "1h", "-o", "csv"], directory).out;
  expect(idsIn(around)).toEqual([1, 2, 3, 4, 5, 6].map(reportId));
  const query = ask(["query", "--order", "oldest", "-o", "csv", "--columns", "record"], directory);
  expect(idsIn(query.out)).toEqual([4, 5, 6, 1, 2, 3].map(reportId));
});

test("a record that is not here is told where it may bear on the answer", () => {
  const events = [change(10, 1, 2), change(20, 2, 3), change(30, 3, 4), change(40, 4, 5)];
  const directory = trail(events, 2);
  const lost = `1 record of stream ${STREAM} between ${reportId(1)} and ${reportId(3)} is not here`;
  const history = ask(["history", "exp-1", "--at", "2026-10-25T01:25", "-o", "json"], directory);
  expect(history.err).toContain(`${lost}, and may have changed what is told here: otel-audit gaps`);
  expect(JSON.parse(history.out)).toMatchObject({
    at: {
      fields: [
        { doubts: [expect.stringContaining("found 3"), `${lost}, and may have changed it`] },
      ],
    },
    recordsMissing: [{ stream: STREAM, count: 1, after: reportId(1), before: reportId(3) }],
  });
  const state = ask(["reproduce"], directory);
  expect(state.code).toBe(0);
  expect(state.err).toContain(lost);
  expect(ask(["history", "exp-1", "--at", "2026-10-25T01:09"], directory).err).not.toContain(lost);
  // Plain questions do not count what is there.
  expect(ask(["history", "exp-1"], directory).err).not.toContain(lost);
});

test.each([["show"], ["explain"]])("%s of an id that stands where one is not here", (command) => {
  const directory = trail(EVENTS, 2);
  for (const id of [reportId(2), `${STREAM.slice(0, 4)}.2`, "2"]) {
    const { code, out, err } = ask([command, id], directory);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`between ${reportId(1)} and ${reportId(3)} is not here`);
    expect(err).toContain("otel-audit gaps");
  }
  expect(ask([command, reportId(99)], directory).err).toContain("no record has the id");
});
