/** Which record a name of a snapshot stands for, where several have it, and where none made it. */
import { describe, expect, test } from "vitest";
import { sourcesOf } from "../../src/read/index.ts";
import { momentOf, reproduce } from "../../src/report/index.ts";
import { sideText } from "../../src/report/side.ts";
import { STREAM, timeAt, type Told, writtenRecords } from "../support/told-records.ts";

const save = (at: number, id: string, more: Partial<Told> = {}): Told => ({
  at,
  action: "checkpoint_save",
  ...more,
  details: { checkpoint_id: id, ...more.details },
});
const restore = (at: number, id: string, more: Partial<Told> = {}): Told => ({
  ...save(at, id, more),
  action: "checkpoint_restore",
});
const on = (id: string, more: Partial<Told> = {}): Partial<Told> => ({
  target: ["experiment", id],
  ...more,
});
const inRun = (id: string, more: Partial<Told> = {}): Partial<Told> => ({
  ...more,
  details: { "mlflow.run_id": id },
});
const checkpoint = (id: string, more: Partial<Told> = {}): Partial<Told> => ({
  target: ["checkpoint", id],
  ...more,
});
const snapshotOf = (at: number, name: string, id: string, more: Partial<Told> = {}): Told => ({
  at,
  action: "version_snapshot",
  target: ["dataset", id],
  details: { name },
  ...more,
});
const rate = (at: number, id: string, from: number, to: number): Told => ({
  at,
  action: "hp_change",
  target: ["experiment", id],
  details: { before: { lr: from }, after: { lr: to } },
});
const failure = { outcome: "failure" } as const;
const elsewhere = { service: "other" } as const;

/** `moment .2`, or the question and its records. */
async function answer(
  records: readonly Told[],
  text: string,
  options: Parameters<typeof momentOf>[2] = {},
): Promise<string> {
  const sources = await sourcesOf([writtenRecords(...records)]);
  const { moment, question } = await momentOf(sources, text, options);
  if (moment !== undefined)
    return `${moment.kind} .${moment.record?.sequence}${moment.notes.some((note) => note.startsWith("nothing that was read says when")) ? ", not made" : ""}`;
  if (question === undefined || question.kind === "none") return "none";
  return `${question.kind} ${question.records.map(({ sequence }) => `.${sequence}`).join(" ")}`;
}

describe("the record that a name stands for", () => {
  test.each<[name: string, records: readonly Told[], run: string | undefined, wanted: string]>([
    ["made in another run", [save(1, "c", on("a"))], "b", "elsewhere .1"],
    [
      "made in this run and another",
      [save(1, "c", on("a")), save(2, "c", on("b"))],
      "b",
      "snapshot .2",
    ],
    [
      "made in two runs",
      [save(1, "c", on("a")), save(2, "c", on("b"))],
      undefined,
      "several .1 .2",
    ],
    [
      "made in two runs of a tracker",
      [save(1, "c", inRun("a")), save(2, "c", inRun("b"))],
      undefined,
      "several .1 .2",
    ],
    [
      "the same, one is asked for",
      [save(1, "c", inRun("a")), save(2, "c", inRun("b"))],
      "b",
      "snapshot .2",
    ],
    [
      "made twice in one run",
      [save(1, "c", on("a")), save(2, "c", on("a"))],
      undefined,
      "snapshot .1",
    ],
    [
      "made twice in one experiment, in two runs of a tracker",
      [save(1, "c", { ...inRun("r1"), ...on("a") }), save(2, "c", { ...on("a"), ...inRun("r2") })],
      "a",
      "several .1 .2",
    ],
    [
      "of two datasets",
      [snapshotOf(1, "c", "d"), snapshotOf(2, "c", "e")],
      undefined,
      "several .1 .2",
    ],
    [
      "of two datasets, which no run chooses",
      [snapshotOf(1, "c", "d"), snapshotOf(2, "c", "e")],
      "a",
      "several .1 .2",
    ],
    [
      "of a dataset, in whatever run",
      [snapshotOf(1, "c", "d", elsewhere), rate(2, "a", 1, 2)],
      "a",
      "snapshot .1",
    ],
    [
      "in two services",
      [save(1, "c", checkpoint("c")), save(2, "c", checkpoint("c", elsewhere))],
      undefined,
      "several .1 .2",
    ],
    [
      "in two services, of which one is of the run",
      [save(1, "c", checkpoint("c", elsewhere)), save(2, "c", checkpoint("c")), rate(3, "a", 1, 2)],
      "a",
      "snapshot .2",
    ],
    [
      "of one call, told twice",
      [save(1, "c", checkpoint("c", { call: "x" })), save(2, "c", on("a", { call: "x" }))],
      undefined,
      "snapshot .1",
    ],
    [
      "named by the run's id in the tracker only",
      [
        rate(1, "a", 1, 2),
        { ...rate(2, "a", 2, 3), ...inRun("r1") },
        save(3, "c", inRun("r2")),
        save(4, "c", inRun("r1")),
      ],
      "a",
      "snapshot .4",
    ],
    [
      "restored here, made elsewhere",
      [save(1, "c", on("a")), restore(2, "c", on("b"))],
      "b",
      "snapshot .2, not made",
    ],
    ["a failure is no making", [save(1, "c", on("a", failure))], undefined, "failed .1"],
    [
      "a failure here, made elsewhere",
      [save(1, "c", on("a", failure)), save(2, "c", on("b"))],
      "a",
      "failed .1",
    ],
    [
      "a failure here, made elsewhere, no run asked for",
      [save(1, "c", on("a", failure)), save(2, "c", on("b"))],
      undefined,
      "snapshot .2",
    ],
    [
      "failed, then restored",
      [save(1, "c", on("a", failure)), restore(2, "c", on("a"))],
      undefined,
      "snapshot .2, not made",
    ],
    [
      "failed, then made",
      [save(1, "c", on("a", failure)), save(2, "c", on("a"))],
      undefined,
      "snapshot .2",
    ],
    [
      "nobody knows how it ended",
      [save(1, "c", on("a", { outcome: "unknown" }))],
      undefined,
      "failed .1",
    ],
    ["restoring failed", [restore(1, "c", failure)], undefined, "failed .1"],
    ["an experiment of that name", [save(1, "x", on("c"))], undefined, "none"],
    ["a dataset of that name", [snapshotOf(1, "v1", "c")], undefined, "none"],
    [
      "a checkpoint of that name",
      [save(1, "7", { target: ["model_checkpoint", "c"] })],
      undefined,
      "snapshot .1",
    ],
    [
      "a checkpoint that belongs to it did not make it",
      [save(1, "x", { attributes: { "audit.snapshot.id": "c" } }), snapshotOf(2, "c", "d")],
      undefined,
      "snapshot .2",
    ],
  ])("%s", async (_name, records, run, wanted) => {
    expect(await answer(records, "c", { run })).toBe(wanted);
  });
  test("one that failed is taken where that is asked for, and it is said", async () => {
    const sources = await sourcesOf([writtenRecords(save(1, "c", on("a", failure)))]);
    const { moment } = await momentOf(sources, "c", { isAttemptTaken: true });
    expect(moment).toMatchObject({
      from: timeAt(1),
      notes: [
        `nothing that was read says when c was made: this is ${STREAM}.1 (checkpoint_save, failure)`,
      ],
    });
  });
  test("what is something else is told, with the snapshots of it", async () => {
    const sources = await sourcesOf([
      writtenRecords(
        snapshotOf(1, "v1", "d"),
        snapshotOf(2, "v2", "d", failure),
        save(3, "e1", on("a")),
        rate(4, "a", 1, 2),
      ),
    ]);
    expect((await momentOf(sources, "d")).question).toEqual({
      kind: "none",
      about: 2,
      snapshots: ["v1"],
    });
    expect((await momentOf(sources, "a")).question).toMatchObject({ about: 2, snapshots: ["e1"] });
    expect((await momentOf(sources, "lr")).question).toMatchObject({ about: 1, snapshots: [] });
  });
  test("the state of a run is that of its own checkpoint", async () => {
    const sources = await sourcesOf([
      writtenRecords(
        rate(1, "a", 1, 2),
        rate(2, "b", 10, 20),
        save(3, "epoch-1", on("a")),
        rate(4, "b", 20, 30),
        save(5, "epoch-1", on("b")),
        rate(6, "b", 30, 40),
        restore(7, "epoch-1", on("a")),
      ),
    ]);
    for (const [run, value] of [
      ["a", "2"],
      ["b", "30"],
    ] as const) {
      const { moment } = await momentOf(sources, "epoch-1", { run });
      const { final } = await reproduce(sources, { run, until: moment?.until });
      expect(final.map((one) => [one.owner.id, sideText(one.value)])).toEqual([[run, value]]);
    }
  });
});
