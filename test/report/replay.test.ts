/** Values at a time, from what records say. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BodyMap, type BodyValue, changesBetween } from "../../src/event/index.ts";
import type { FlatRecord } from "../../src/format/index.ts";
import { type FieldState, replay } from "../../src/report/timeline/replay.ts";
import { sideText } from "../../src/report/side.ts";
import { flatRecords, timeAt, type Told } from "../support/told-records.ts";

const experiment = ["experiment", "exp-1"] as const;
const change = (at: number, from: BodyValue, to: BodyValue, more: Partial<Told> = {}): Told => ({
  at,
  action: "hp_change",
  target: experiment,
  details: { before: { lr: from }, after: { lr: to } },
  ...more,
});

function stateOf(
  records: readonly FlatRecord[],
  until?: string,
): readonly (readonly [field: string, value: string, doubts: number])[] {
  return replay(records, until).fields.map(({ owner, field, value, doubts }) => [
    `${owner.id}.${field}`,
    sideText(value),
    doubts.length,
  ]);
}

describe("the value of a field", () => {
  test.each<
    [name: string, records: readonly Told[], at: number | undefined, wanted: string, doubts: number]
  >([
    ["set once", [change(1, 0.1, 0.2)], undefined, "0.2", 0],
    ["set twice", [change(1, 0.1, 0.2), change(2, 0.2, 0.3)], undefined, "0.3", 0],
    ["set twice, in between", [change(1, 0.1, 0.2), change(3, 0.2, 0.3)], 2, "0.2", 0],
    ["before it was set: what the first change found", [change(3, 0.1, 0.2)], 2, "0.1", 0],
    ["at the time itself it is not set yet", [change(2, 0.1, 0.2)], 2, "0.1", 0],
    [
      "a failure changes nothing",
      [change(1, 0.1, 0.2), change(2, 0.2, 9, { outcome: "failure" })],
      undefined,
      "0.2",
      0,
    ],
    [
      "a denial changes nothing",
      [change(1, 0.1, 0.2), change(2, 0.2, 9, { outcome: "denied" })],
      undefined,
      "0.2",
      0,
    ],
    [
      "nobody knows how it ended",
      [change(1, 0.1, 0.2), change(2, 0.2, 9, { outcome: "unknown" })],
      undefined,
      "0.2",
      1,
    ],
    [
      "nobody knows, and it was set after that",
      [change(1, 0.1, 0.2, { outcome: "unknown" }), change(2, 0.1, 0.3)],
      undefined,
      "0.3",
      0,
    ],
    [
      "the next change found something else",
      [change(1, 0.1, 0.2), change(3, 0.25, 0.3)],
      2,
      "0.2",
      1,
    ],
    [
      "the last one found something else: it counts",
      [change(1, 0.1, 0.2), change(3, 0.25, 0.3)],
      undefined,
      "0.3",
      0,
    ],
    ["redacted", [change(1, 0.1, "****")], undefined, '"****" (redacted)', 0],
    [
      "a checkpoint was restored after it",
      [
        change(1, 0.1, 0.2),
        { at: 2, action: "checkpoint_restore", details: { checkpoint_id: "c" } },
      ],
      undefined,
      "0.2",
      1,
    ],
    [
      "a checkpoint was restored before it",
      [
        { at: 1, action: "checkpoint_restore", details: { checkpoint_id: "c" } },
        change(2, 0.1, 0.2),
      ],
      undefined,
      "0.2",
      0,
    ],
    [
      "one was restored in another service",
      [
        change(1, 0.1, 0.2),
        { at: 2, action: "checkpoint_restore", service: "other", details: { checkpoint_id: "c" } },
      ],
      undefined,
      "0.2",
      0,
    ],
    [
      "restoring failed",
      [
        change(1, 0.1, 0.2),
        {
          at: 2,
          action: "checkpoint_restore",
          outcome: "failure",
          details: { checkpoint_id: "c" },
        },
      ],
      undefined,
      "0.2",
      0,
    ],
  ])("%s", (_name, records, at, wanted, doubts) => {
    const state = stateOf(flatRecords(...records), at === undefined ? undefined : timeAt(at));
    expect(state).toEqual([["exp-1.lr", wanted, doubts]]);
  });

  test("a record that contradicts the one before it is named, with both values", () => {
    const { contradictions } = replay(flatRecords(change(1, 0.1, 0.2), change(2, 0.25, 0.3)));
    expect(contradictions).toMatchObject([
      {
        field: "lr",
        said: { value: 0.25 },
        was: { value: 0.2 },
        record: { sequence: 2 },
        setBy: { sequence: 1 },
      },
    ]);
  });
  test("what nobody can compare is no contradiction", () => {
    const records = flatRecords(
      change(1, 0.1, "****"),
      change(2, "****", 0.3),
      change(3, 0.3, 0.4),
    );
    expect(replay(records).contradictions).toEqual([]);
  });
});

test("a list of which only moves were recorded is put together, or not known", () => {
  const moves = (
    at: number,
    removed: readonly string[],
    added: readonly string[],
    places?: readonly number[],
  ): Told => ({
    at,
    action: "project_setting_change",
    target: ["project", "p"],
    details: {
      before: { tags: { removed } },
      after: { tags: { added, ...(places === undefined ? {} : { at: places }) } },
    },
  });
  const whole: Told = {
    at: 0,
    action: "project_setting_change",
    target: ["project", "p"],
    details: { before: {}, after: { tags: ["a", "b", "c"] } },
  };
  const last = (...records: readonly Told[]): unknown => stateOf(flatRecords(...records)).at(-1);
  expect(last(whole, moves(1, ["b"], ["x", "y"], [0, 3]))).toEqual([
    "p.tags",
    '["x","a","c","y"]',
    0,
  ]);
  expect(last(whole, moves(1, [], ["x"]))).toEqual(["p.tags", '["a","b","c","x"]', 0]);
  expect(last(moves(1, [], ["x"]))).toEqual(["p.tags", "(not known)", 0]);
  expect(last(whole, moves(1, ["z"], []))).toEqual(["p.tags", "(not known)", 1]);
  expect(last(whole, moves(1, [], ["a"]))).toEqual(["p.tags", "(not known)", 1]);
});

test("actions on samples are values of each sample", () => {
  const records = flatRecords(
    { at: 1, action: "tag_add", details: { tag_name: "hard", sample_ids: ["s1", "s2"] } },
    { at: 2, action: "sample_discard", details: { sample_ids: ["s1"] } },
    { at: 3, action: "sample_restore", details: { sample_ids: ["s1"] } },
    { at: 4, action: "tag_remove", details: { tag_name: "hard", sample_ids: ["s2"] } },
  );
  expect(stateOf(records)).toEqual([
    ["s1.tag hard", "true", 0],
    ["s1.discarded", "false", 0],
    ["s2.tag hard", "false", 0],
  ]);
});

/** Maps and lists as settings have them; the keys of a recorded move would be taken for one. */
const key = fc.constantFrom("a", "b", "c", "d.e");
const scalar = fc.oneof(fc.integer(), fc.string({ maxLength: 4 }), fc.boolean(), fc.constant(null));
const state = fc.letrec<{ readonly value: BodyValue; readonly map: BodyMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 5 }),
    fc.array(scalar, { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
})).map;

test("replaying every change from nothing on gives the last state", () => {
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), (states) => {
      const records = states.map((now, at): Told => {
        const { before, after } = changesBetween(states[at - 1] ?? {}, now);
        return { at, action: "hp_change", target: experiment, details: { before, after } };
      });
      const { fields, contradictions } = replay(flatRecords(...records));
      expect(contradictions).toEqual([]);
      expect(fields.flatMap(({ doubts }) => doubts)).toEqual([]);
      expect(leavesOfFields(fields)).toEqual(leavesOfState(states.at(-1) ?? {}));
    }),
    { numRuns: 500 },
  );
});

type Leaves = Readonly<Record<string, BodyValue>>;

function leavesOfFields(fields: readonly FieldState[]): Leaves {
  return Object.fromEntries(
    fields.flatMap(({ path, value }) =>
      value.kind === "absent" || (value.kind === "value" && isEmpty(value.value))
        ? []
        : [[JSON.stringify(path), value.kind === "value" ? value.value : value.kind]],
    ),
  );
}

/** An empty map is not told from none. */
function leavesOfState(value: BodyValue, path: readonly string[] = []): Leaves {
  if (!isMap(value)) return { [JSON.stringify(path)]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, item]) => leavesOfState(item, [...path, name])),
  ) as Leaves;
}

function isMap(value: BodyValue): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: BodyValue): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}
