/** Moments, histories, what came before and what led to a state, from files. */
import { describe, expect, test } from "vitest";
import type { BodyValue } from "../../src/event/index.ts";
import { parseQuery, sourcesOf, type TrailSource } from "../../src/read/index.ts";
import {
  eventsAround,
  explain,
  findRecords,
  historyOf,
  momentOf,
  momentWindow,
  recordDetail,
  reproduce,
} from "../../src/report/index.ts";
import { sideText } from "../../src/report/side.ts";
import { STREAM, timeAt, type Told, writtenRecords } from "../support/told-records.ts";

const experiment = ["experiment", "exp-1"] as const;
const checkpoint = ["checkpoint", "ckpt_7"] as const;
const sourcesWith = (...records: readonly Told[]): Promise<readonly TrailSource[]> =>
  sourcesOf([writtenRecords(...records)]);
const save = (at: number, id: string, more: Partial<Told> = {}): Told => ({
  at,
  action: "checkpoint_save",
  target: ["checkpoint", id],
  details: { checkpoint_id: id },
  ...more,
});
const restore = (at: number, id: string, more: Partial<Told> = {}): Told => ({
  ...save(at, id, more),
  action: "checkpoint_restore",
});
const lr = (at: number, from: number, to: number, more: Partial<Told> = {}): Told => ({
  at,
  action: "hp_change",
  target: experiment,
  details: { before: { lr: from }, after: { lr: to } },
  ...more,
});
const numbers = (records: readonly { readonly sequence: number }[]): readonly number[] =>
  records.map(({ sequence }) => sequence);

describe("the record that an id stands for", () => {
  const other = "AbCdZzZzZzZzZzZz";
  const pause = (stream?: string): Told => ({
    at: 1,
    action: "pause",
    ...(stream === undefined ? {} : { stream }),
  });
  test.each<[id: string, wanted: readonly string[]]>([
    [`${STREAM}.1`, [`${STREAM}.1`]],
    ["AbCdE.1", [`${STREAM}.1`]],
    ["AbCd.1", [`${STREAM}.1`]],
    ["AbCdZ", [`${other}.12`]],
    ["12", [`${other}.12`]],
    [".12", [`${other}.12`]],
    [`${STREAM}.12`, []],
    ["AbCdE", [`${STREAM}.1`, `${STREAM}.2`]],
    ["AbCd.", []],
    ["nobody", []],
  ])("%s", async (id, wanted) => {
    const eleven = Array.from({ length: 9 }, () => pause("ZzZzZzZzZzZzZzZz"));
    const sources = await sourcesWith(pause(), pause(), ...eleven, pause(other));
    const { records } = await findRecords(sources, id);
    expect(records.map((record) => record.record_id)).toEqual(wanted);
  });
});

describe("the moment that a text names", () => {
  const records = [
    restore(5, "ckpt_7"),
    save(3, "ckpt_7", { outcome: "failure" }),
    save(4, "ckpt_7"),
    { at: 6, action: "version_snapshot", target: ["dataset", "d"], details: { name: "v1.4" } },
    { at: 7, action: "pause", attributes: { "audit.snapshot.id": "bare" } },
    restore(8, "ckpt_8"),
    { at: 9, action: "version_snapshot", details: { name: "2026-10" } },
  ] as const satisfies readonly Told[];
  test.each<[text: string, kind: string | undefined, at: string | undefined, notes: number]>([
    ["ckpt_7", "snapshot", timeAt(4), 1],
    ["ckpt_8", "snapshot", timeAt(8), 1],
    ["v1.4", "snapshot", timeAt(6), 0],
    ["bare", "snapshot", timeAt(7), 1],
    ["2026-10", "snapshot", timeAt(9), 1],
    ["2026-10-01T10:03Z", "time", timeAt(3), 0],
    [`${STREAM}.5`, "record", timeAt(7), 0],
    ["exp-9", undefined, undefined, 0],
  ])("%s", async (text, kind, at, notes) => {
    const { moment } = await momentOf(await sourcesWith(...records), text, { zone: "UTC" });
    expect([moment?.kind, moment?.from, moment?.notes.length ?? 0]).toEqual([kind, at, notes]);
  });
  test("a window between two, whichever is first, has both in it", async () => {
    const sources = await sourcesWith(...records);
    const found = await momentWindow(sources, ["v1.4", "ckpt_7"]);
    expect(found).toMatchObject({
      kind: "window",
      window: {
        range: { kind: "time", from: timeAt(4), until: "2026-10-01T10:06:00.000001Z" },
        from: { asked: "ckpt_7" },
        to: { asked: "v1.4" },
      },
    });
    expect(await momentWindow(sources, ["v1.4", "v1.5"])).toMatchObject({
      kind: "question",
      asked: "v1.5",
      found: { question: { kind: "none", about: 0 } },
    });
  });
  test("around it: the window on both sides, the one that was asked for marked", async () => {
    const sources = await sourcesWith(...records);
    const { moment } = await momentOf(sources, "v1.4");
    if (moment === undefined) throw new Error("no moment");
    const { events, total } = await eventsAround(sources, moment, { windowMillis: 2 * 60_000 });
    expect(
      events.map(({ record, isAsked, offsetMillis }) => [
        record.sequence,
        isAsked,
        offsetMillis / 60_000,
      ]),
      // In the order of the stream, whose clock went back.
    ).toEqual([
      [1, false, -1],
      [3, false, -2],
      [4, true, 0],
      [5, false, 1],
      [6, false, 2],
    ]);
    expect(total).toBe(5);
    const near = await eventsAround(sources, moment, { windowMillis: 120_000, limit: 3 });
    expect(near.events.map(({ record }) => record.sequence)).toEqual([1, 4, 5]);
  });
});

describe("a history", () => {
  const records = [
    lr(1, 0.1, 0.2),
    { at: 2, action: "sample_discard", target: experiment, details: { sample_ids: ["s1", "s2"] } },
    {
      at: 3,
      action: "permission_change",
      target: ["user", "bob"],
      details: { before: { role: "a" }, after: { role: "b" } },
    },
    lr(4, 0.2, 9, { outcome: "failure", error: "too high" }),
    lr(5, 0.25, 0.3, { actor: "bob" }),
    {
      at: 6,
      action: "tag_add",
      details: { tag_name: "hard", sample_ids: ["s3"], sample_ids_count: 500 },
    },
    { at: 7, action: "label_schema_change", details: { project: "roads", after: { classes: 3 } } },
    { at: 8, action: "pause", target: ["experiment", "lr"] },
  ] as const satisfies readonly Told[];
  const rows = async (name: string, options: Parameters<typeof historyOf>[2] = {}) => {
    const found = await historyOf(await sourcesWith(...records), name, options);
    return {
      ...found,
      rows: found.entries.map(({ record, effect }) => [record.sequence, effect?.field]),
    };
  };

  test.each<[name: string, wanted: readonly unknown[]]>([
    [
      "exp-1",
      [
        [1, "lr"],
        [2, undefined],
        [4, "lr"],
        [5, "lr"],
      ],
    ],
    ["s1", [[2, "discarded"]]],
    ["s3", [[6, "tag hard"]]],
    ["bob", [[3, "role"]]],
    ["roads", [[7, "classes"]]],
    [
      "lr",
      [
        [1, "lr"],
        [4, "lr"],
        [5, "lr"],
        [8, "paused"],
      ],
    ],
    ["nothing", []],
  ])("%s", async (name, wanted) => expect((await rows(name)).rows).toEqual(wanted));

  test("what a name is of is told, and can be chosen", async () => {
    const { foundAs } = await rows("lr");
    expect(foundAs).toEqual([
      { role: "field", type: "experiment", records: 3 },
      { role: "target", type: "experiment", records: 1 },
    ]);
    expect((await rows("lr", { roles: ["target"] })).rows).toEqual([[8, "paused"]]);
    expect((await rows("exp-1", { field: "lr" })).rows).toHaveLength(3);
    expect((await rows("bob", { type: "project" })).rows).toEqual([]);
  });
  test.each<[name: string, field: string | undefined]>([
    ["exp-1", undefined],
    ["config", undefined],
    ["exp-1", "config"],
  ])(
    "its values at a time are those of a map that was set as a whole: %s, field %s",
    async (name, field) => {
      const change = (at: number, before: BodyValue, after: BodyValue): Told => ({
        at,
        action: "hp_change",
        target: experiment,
        details: { before: { config: before }, after: { config: after } },
      });
      const sources = await sourcesWith(
        change(1, "none", { lr: 0.1, decay: { after: 3 } }),
        change(2, { lr: 0.1 }, { lr: 0.2 }),
      );
      const { at = [] } = await historyOf(sources, name, { field, until: timeAt(3) });
      const values = at.map((one) => `${one.field} ${sideText(one.value)}`);
      expect(values.toSorted()).toEqual(["config.decay.after 3", "config.lr 0.2"]);
    },
  );
  test("what is not in it is counted: actions of the name, samples that are not named", async () => {
    expect(await rows("bob")).toMatchObject({ actedIn: 1, unlisted: 0 });
    expect(await rows("s1")).toMatchObject({ actedIn: 0, unlisted: 1 });
    expect(await rows("s3")).toMatchObject({ unlisted: 0 });
    const { terms: within } = parseQuery("-action:tag_add");
    expect(await rows("s1", { within })).toMatchObject({ unlisted: 0 });
  });
  test("a contradiction stands at its entry", async () => {
    const { entries, contradictions } = await rows("exp-1");
    expect(contradictions).toHaveLength(1);
    expect(entries.map(({ contradiction }) => contradiction?.setBy.sequence)).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ]);
  });
  test.each<[at: number, value: unknown, doubts: number]>([
    [0, 0.1, 0],
    [2, 0.2, 1],
    [6, 0.3, 0],
  ])("its values at 10:0%i", async (at, value, doubts) => {
    const { at: fields = [] } = await rows("exp-1", { until: timeAt(at) });
    const [field] = fields.filter((one) => one.field === "lr");
    expect(field?.value).toEqual({ kind: "value", value });
    expect(field?.doubts).toHaveLength(doubts);
  });
});

describe("what came before a failure", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const failed = restore(60, "ckpt_7", {
    outcome: "failure",
    error: "broken",
    call: "call-1",
    trace,
  });
  const records = [
    restore(-3000, "ckpt_7", { actor: "eve", outcome: "failure" }),
    save(1, "ckpt_7", { actor: "bob" }),
    { at: 2, action: "pause", actor: "bob" },
    { at: 3, action: "pause", actor: "bob", service: "other" },
    { at: 4, action: "note_write", actor: "ann" },
    { at: 5, action: "note_write", actor: "bob" },
    { at: 6, action: "query_execute", actor: "bob", trace },
    { at: 7, action: "release", actor: "bob", attributes: { "audit.snapshot.id": "ckpt_7" } },
    {
      at: 60,
      action: "checkpoint_restore",
      kind: "intent",
      outcome: "unknown",
      target: checkpoint,
      call: "call-1",
    },
    failed,
    { at: 61, action: "pause", actor: "ann" },
  ] as const satisfies readonly Told[];

  test("each is listed with why, in the order of time; others are not", async () => {
    const sources = await sourcesWith(...records);
    const {
      records: [record],
    } = await findRecords(sources, `${STREAM}.10`);
    if (record === undefined) throw new Error("not found");
    const found = await explain(sources, record, { windowMillis: 3_600_000 * 2 });
    expect(found.steps.map((step) => [step.record.sequence, step.why])).toEqual([
      [2, ["same target", "a checkpoint was saved"]],
      [3, ["training was paused"]],
      [5, ["same actor"]],
      [7, ["same trace"]],
      [8, ["same snapshot"]],
    ]);
    expect(found).toMatchObject({
      hasFailed: true,
      attemptsOf: "checkpoint_restore on checkpoint ckpt_7",
    });
    expect(numbers(found.attempts)).toEqual([1]);
    expect(numbers(found.sameCall)).toEqual([9]);
    const near = await explain(sources, record, { windowMillis: 60_000 });
    expect(near.steps).toEqual([]);
  });
  test("what succeeded is told like that", async () => {
    const sources = await sourcesWith(...records);
    const {
      records: [record],
    } = await findRecords(sources, `${STREAM}.2`);
    if (record === undefined) throw new Error("not found");
    expect(await explain(sources, record, { windowMillis: 1000 })).toMatchObject({
      hasFailed: false,
      steps: [],
    });
  });
});

describe("what led to a state", () => {
  const records = [
    lr(1, 0.1, 0.2),
    lr(2, 0.2, 9, { outcome: "denied" }),
    { at: 3, action: "mode_switch", target: experiment, details: { from: "TRAIN", to: "AUDIT" } },
    { at: 4, action: "sample_discard", details: { sample_ids: ["s1"], samples_affected: 3 } },
    lr(5, 1, 2, { target: ["experiment", "exp-2"] }),
    lr(6, 1, 2, { service: "other", target: ["experiment", "exp-3"] }),
    save(7, "ckpt_7"),
    lr(8, 0.2, 0.4),
    restore(9, "ckpt_7"),
    {
      at: 10,
      action: "records_lost",
      kind: "gap",
      outcome: "failure",
      attributes: { "audit.count": 4 },
    },
    { at: 11, action: "my_own", target: experiment, details: { after: { x: 1 } } },
  ] as const satisfies readonly Told[];
  const led = async (options: Parameters<typeof reproduce>[1]) =>
    reproduce(await sourcesWith(...records), options);

  test("the changes of a run, in their order; what did not come about is left out and named", async () => {
    const { steps, leftOut, final, runs, lost } = await led({ run: "exp-1" });
    expect(steps.map(({ record, belongsBy }) => [record.sequence, belongsBy])).toEqual([
      [1, "run"],
      [3, "run"],
      [4, "service"],
      [8, "run"],
      [9, "service"],
    ]);
    expect(numbers(leftOut)).toEqual([2]);
    expect(runs).toEqual(["exp-1"]);
    expect(lost).toBe(4);
    expect(steps.map(({ lacks }) => lacks.length)).toEqual([0, 0, 1, 0, 1]);
    expect(
      final.map(({ owner, field, value, doubts }) => [owner.id, field, value, doubts.length]),
    ).toEqual([
      ["exp-1", "lr", { kind: "value", value: 0.4 }, 1],
      ["exp-1", "mode", { kind: "value", value: "AUDIT" }, 1],
      ["s1", "discarded", { kind: "value", value: true }, 1],
    ]);
  });
  test("up to a time nothing later counts", async () => {
    const { final, lost } = await led({ run: "exp-1", until: timeAt(7) });
    expect(final[0]).toMatchObject({ field: "lr", value: { value: 0.2 }, doubts: [] });
    expect(lost).toBe(0);
  });
  test("of everything, with an action that is not built in", async () => {
    const { steps, runs } = await led({ actions: ["my_own"] });
    expect(steps.map(({ record }) => record.sequence)).toEqual([1, 3, 4, 5, 6, 8, 9, 11]);
    expect(runs).toEqual(["exp-1", "exp-2", "exp-3"]);
  });
});

test("a record in full: what the page calls its facts, the rest, and what its call left", async () => {
  const sources = await sourcesWith(
    { at: 1, action: "pause", kind: "intent", outcome: "unknown", call: "c" },
    {
      at: 2,
      action: "pause",
      call: "c",
      details: { step: 3, before: { a: 1 }, after: { a: 2 } },
      attributes: {
        "audit.actor.role": "trainer",
        "audit.authorization.id": "T-1",
        "k8s.pod": "p",
      },
    },
  );
  const {
    records: [, record],
  } = await findRecords(sources, STREAM);
  if (record === undefined) throw new Error("not found");
  const detail = await recordDetail(sources, record);
  expect(detail).toMatchObject({
    details: { step: 3 },
    attributes: { "k8s.pod": "p" },
    seal: { state: "no_checkpoint" },
    sameCallTotal: 1,
  });
  expect(detail.facts.get("role")).toBe("trainer");
  expect(detail.facts.get("ticket")).toBe("T-1");
  expect(numbers(detail.sameCall)).toEqual([1]);
  expect(detail.changes).toHaveLength(1);
});
