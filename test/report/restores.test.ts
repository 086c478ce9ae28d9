/** What was restored makes values doubtful: which, and the same in every answer. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contradictionText } from "../../src/cli/ask/history-rows.ts";
import type { FlatRecord } from "../../src/format/index.ts";
import { sourcesOf } from "../../src/read/index.ts";
import { historyOf, reproduce } from "../../src/report/index.ts";
import { isWithinReach } from "../../src/report/timeline/reach.ts";
import { replay } from "../../src/report/timeline/replay.ts";
import { createRestores, isSettingBack } from "../../src/report/timeline/restores.ts";
import type { WorkedOn } from "../../src/report/timeline/worked-on.ts";
import { flatRecords, STREAM, timeAt, type Told, writtenRecords } from "../support/told-records.ts";

const change = (at: number, from: number, to: number, more: Partial<Told> = {}): Told => ({
  at,
  action: "hp_change",
  target: ["experiment", "exp-1"],
  ...more,
  details: { before: { lr: from }, after: { lr: to }, ...more.details },
});
const restored = (at: number, more: Partial<Told> = {}): Told => ({
  at,
  action: "checkpoint_restore",
  ...more,
  details: { checkpoint_id: "k", ...more.details },
});
const run = (id: string): Partial<Told> => ({ details: { "mlflow.run_id": id } });

describe("whether a restore may have set a field back", () => {
  const other = { service: "other" } as const;
  test.each<[name: string, set: Partial<Told>, back: Partial<Told>, isDoubtful: boolean]>([
    ["same service, names nothing", {}, {}, true],
    ["same service, a checkpoint", {}, { target: ["checkpoint", "k"] }, true],
    ["same service, the experiment", {}, { target: ["experiment", "exp-1"] }, true],
    ["same service, another experiment", {}, { target: ["experiment", "exp-2"] }, false],
    ["same service, another job", {}, { target: ["training_job", "j"] }, false],
    ["same service, the run of a tracker", {}, run("r1"), true],
    ["same service, the same run", run("r1"), run("r1"), true],
    ["same service, another run", run("r1"), run("r2"), false],
    [
      "the experiment, in another run of a tracker",
      run("r1"),
      { ...run("r2"), target: ["experiment", "exp-1"] },
      true,
    ],
    ["other service, names nothing", {}, other, false],
    ["other service, a checkpoint", {}, { ...other, target: ["checkpoint", "k"] }, false],
    ["other service, the experiment", {}, { ...other, target: ["experiment", "exp-1"] }, true],
    ["other service, another experiment", {}, { ...other, target: ["experiment", "exp-2"] }, false],
    ["other service, the same run", run("r1"), { ...other, ...run("r1") }, true],
    ["other service, another run", run("r1"), { ...other, ...run("r2") }, false],
    [
      "other service, the same model",
      { target: ["model", "m"] },
      { ...other, target: ["model", "m"] },
      true,
    ],
    [
      "other service, a dataset of that name",
      { target: ["model", "m"] },
      { ...other, target: ["dataset", "m"] },
      false,
    ],
    [
      "a user is no part of what is restored",
      { target: ["user", "u"] },
      { target: ["user", "u"] },
      false,
    ],
  ])("%s", async (_name, set, back, isDoubtful) => {
    const records = [change(1, 1, 2, set), restored(2, back)];
    const [field] = replay(flatRecords(...records)).fields;
    expect(field?.doubts.length).toBe(isDoubtful ? 1 : 0);
    const sources = await sourcesOf([writtenRecords(...records)]);
    const id = set.target?.[1] ?? "exp-1";
    const { at = [] } = await historyOf(sources, id, { until: timeAt(3) });
    expect(at.map(({ doubts }) => doubts)).toEqual([field?.doubts]);
    if (set.target === undefined) {
      const { final } = await reproduce(sources, { run: "exp-1" });
      expect(final.map(({ doubts }) => doubts)).toEqual([field?.doubts]);
    }
  });
  test.each<[name: string, worked: readonly Told[], doubts: number]>([
    ["it does nothing else", [], 0],
    ["it works on the experiment too", [change(3, 5, 6, other)], 1],
    ["it tried to", [{ ...change(3, 5, 6, other), outcome: "denied" }], 1],
    ["it works on another one", [change(3, 5, 6, { ...other, target: ["experiment", "e"] })], 0],
    ["it does so later than what is asked for", [change(8, 5, 6, other)], 0],
    [
      "an imported log says that it does",
      [{ ...change(3, 5, 6, other), attributes: { "audit.import.file.name": "old.json" } }],
      0,
    ],
  ])("other service, a checkpoint, and %s", async (_name, worked, doubts) => {
    const set = change(1, 1, 2, { details: { before: { bs: 1 }, after: { bs: 2 } } });
    const back = restored(4, { ...other, target: ["checkpoint", "k"] });
    const sources = await sourcesOf([writtenRecords(set, ...worked, back)]);
    const until = timeAt(6);
    const { at = [] } = await historyOf(sources, "exp-1", { field: "bs", until });
    expect(at.map((one) => [one.field, one.doubts.length])).toEqual([["bs", doubts]]);
    const { final } = await reproduce(sources, { run: "exp-1", until });
    expect(final.filter(({ field }) => field === "bs").map((one) => one.doubts)).toEqual([
      at[0]?.doubts,
    ]);
  });
  test("samples that were discarded in a dataset, and the dataset was restored elsewhere", () => {
    const [field] = replay(
      flatRecords(
        {
          at: 1,
          action: "sample_discard",
          target: ["dataset", "d"],
          details: { sample_ids: ["s1"] },
        },
        { at: 2, action: "backup_restore", target: ["dataset", "d"], service: "storage" },
      ),
    ).fields;
    expect(field?.doubts).toEqual([
      `${STREAM}.2 (backup_restore of d) at ${timeAt(2)} came after it was set, and may have set it back`,
    ]);
  });
  test("of an imported restore nobody knows the service; another run is another one", () => {
    const attributes = { "audit.import.file.name": "old.json", "audit.import.time": timeAt(2) };
    const doubtsWith = (more: Partial<Told>): number | undefined =>
      replay(flatRecords(change(1, 1, 2), restored(3, { attributes, service: "import", ...more })))
        .fields[0]?.doubts.length;
    expect(doubtsWith({})).toBe(1);
    expect(doubtsWith({ target: ["experiment", "exp-1"] })).toBe(1);
    expect(doubtsWith({ target: ["experiment", "exp-2"] })).toBe(0);
  });
  test("of many the latest are named", () => {
    const later = Array.from({ length: 6 }, (_, at) => restored(at + 2));
    const elsewhere = restored(9, { target: ["experiment", "exp-2"] });
    const [field] = replay(flatRecords(change(1, 1, 2), ...later, elsewhere)).fields;
    expect(field?.doubts.map((doubt) => doubt.split(" ")[0])).toEqual([
      `${STREAM}.5`,
      `${STREAM}.6`,
      `${STREAM}.7`,
      "3",
    ]);
  });
});

describe("a contradiction", () => {
  const target = ["experiment", "exp-1"] as const;
  test.each<[name: string, between: readonly Told[], why: string]>([
    ["nothing came between", [], "something changed it that is not among these records"],
    [
      "a restore did",
      [restored(2, { target, service: "other" })],
      `${STREAM}.3 (checkpoint_restore of k on exp-1) came between, and may have`,
    ],
    [
      "a restore of another experiment did",
      [restored(2, { target: ["experiment", "exp-2"] })],
      "something changed it that is not among these records",
    ],
    [
      "many did",
      [2, 3, 4, 5, 6].map((at) => restored(at)),
      `${STREAM}.5 (checkpoint_restore of k), ${STREAM}.6 (checkpoint_restore of k), ${STREAM}.7 (checkpoint_restore of k), 2 more such actions came between, and may have`,
    ],
  ])("%s", async (_name, between, why) => {
    const records = [restored(0), change(1, 1, 2), ...between, change(7, 1, 3), restored(8)];
    const sources = await sourcesOf([writtenRecords(...records)]);
    for (const { contradictions } of [
      await historyOf(sources, "exp-1"),
      await historyOf(sources, "exp-1", { until: timeAt(9) }),
      await reproduce(sources, { run: "exp-1" }),
    ]) {
      expect(contradictions.map((one) => contradictionText(one).split(": ").at(-1))).toEqual([why]);
    }
  });
  test("a restore that says itself what it found did not come between", () => {
    const back = restored(2, {
      target,
      details: { before: { lr: 5 }, after: { lr: 1 } },
    });
    const { contradictions } = replay(flatRecords(change(1, 1, 2), back));
    expect(contradictions.map(({ restores }) => restores)).toEqual([[]]);
  });
});

const target = fc.constantFrom<readonly [type: string, id: string] | undefined>(
  undefined,
  ["experiment", "exp-1"],
  ["experiment", "exp-2"],
  ["checkpoint", "k"],
  ["dataset", "d"],
);
const event = fc.record({
  isRestore: fc.boolean(),
  target,
  service: fc.constantFrom("trainer", "tuner"),
  tracked: fc.constantFrom(undefined, "r1", "r2", "exp-1"),
  value: fc.nat({ max: 3 }),
});

function toldOf(one: typeof event extends fc.Arbitrary<infer One> ? One : never, at: number): Told {
  const { isRestore, value, tracked, service, target: on } = one;
  const details = tracked === undefined ? {} : { "mlflow.run_id": tracked };
  const more = { service, details, ...(on === undefined ? {} : { target: on }) };
  return isRestore ? restored(at, more) : change(at, value, value + 1, more);
}

const numbersOf = (records: readonly FlatRecord[]): readonly number[] =>
  records.map(({ sequence }) => sequence);

test("all restores at once are those that are found one by one", () => {
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 2, maxLength: 20 }),
      fc.constantFrom(true, false),
      (events, isOfAny) => {
        const records = flatRecords(...events.map(toldOf));
        const isOfService: WorkedOn = (service, on) => isOfAny && on.target_id !== service;
        const restores = createRestores(isOfService);
        for (const record of records) restores.see(record);
        for (const [place, setBy] of records.entries())
          for (const owner of [
            { type: setBy.target_type ?? "", id: setBy.target_id ?? "" },
            { type: "checkpoint", id: "k" },
          ]) {
            const field = { owner, path: ["lr"], setBy };
            const later = records.filter(
              (record, at) =>
                at > place && isSettingBack(record) && isWithinReach(record, field, isOfService),
            );
            const [last] = records.slice(-1);
            if (last === undefined) continue;
            const inside = later.filter((record) => record !== last);
            expect(numbersOf(restores.between(field, last))).toEqual(numbersOf(inside));
            const said = restores.doubtsOf(field);
            expect(said.map((doubt) => doubt.split(" ")[0])).toEqual([
              ...later.slice(-3).map((record) => record.record_id),
              ...(later.length > 3 ? [String(later.length - 3)] : []),
            ]);
          }
      },
    ),
    { numRuns: 500 },
  );
});

test("history and reproduce say the same of one value", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 8 }), async (events) => {
      const records = events.map(toldOf);
      const sources = await sourcesOf([writtenRecords(...records)]);
      for (const id of ["exp-1", "exp-2", "r1"]) {
        const { final } = await reproduce(sources, { run: id });
        for (const one of final.filter(({ owner }) => owner.id !== "")) {
          const { at = [] } = await historyOf(sources, one.owner.id, { until: timeAt(99) });
          const same = at.find(
            ({ owner, setBy }) =>
              owner.type === one.owner.type && setBy?.record_id === one.setBy?.record_id,
          );
          if (same === undefined) continue;
          compared++;
          expect(same.doubts).toEqual(one.doubts);
        }
      }
    }),
    { numRuns: 40 },
  );
  expect(compared).toBeGreaterThan(20);
});
