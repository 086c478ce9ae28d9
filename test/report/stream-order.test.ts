/** The order of records whose clocks went back, and what is missing between them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { journalDirectory } from "../../src/format/index.ts";
import { sourcesOf } from "../../src/read/index.ts";
import { historyOf } from "../../src/report/timeline/history.ts";
import type { FieldState } from "../../src/report/timeline/replay.ts";
import { reproduce } from "../../src/report/timeline/reproduce.ts";
import { streamClocks } from "../../src/report/stream-clocks.ts";
import { createStreamTrack, inStreamOrder, type Placed } from "../../src/report/stream-order.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaAaAaAaAaAaAaAa";
const B = "BbBbBbBbBbBbBbBb";

/** Minutes behind midnight as a time of a record. */
function timeOf(minute: number): string {
  return new Date(Date.UTC(2026, 9, 25) + minute * 60_000).toISOString().replace("Z", "000Z");
}

interface Change {
  readonly minute: number;
  readonly to: number;
  readonly target?: string;
}

/** A change of `lr`; what it finds is what the one before it in the stream has set. */
function line(stream: string, sequence: number, change: Change, from: number): string {
  const { minute, to, target = "exp-1" } = change;
  return `${JSON.stringify({
    timestamp: timeOf(minute),
    action_type: "hp_change",
    status: "success",
    details: { before: { lr: from }, after: { lr: to } },
    error: null,
    record_id: `${stream}.${sequence}`,
    stream,
    sequence,
    kind: "result",
    outcome: "success",
    actor_id: "ann",
    target_type: "experiment",
    target_id: target,
    service: "trainer",
    attributes: {},
  })}\n`;
}

/** As a journal has them; numbers that are left out are not there. */
function trailOf(streams: Readonly<Record<string, readonly Change[]>>, leftOut = ""): string {
  const directory = temporaryDirectory();
  for (const [stream, changes] of Object.entries(streams)) {
    const folder = join(journalDirectory(directory), stream);
    mkdirSync(folder, { recursive: true });
    const lines = changes.map((change, at) =>
      line(stream, at + 1, change, changes[at - 1]?.to ?? 0),
    );
    const kept = lines.filter((_, at) => `${stream}.${at + 1}` !== leftOut);
    writeFileSync(join(folder, "1.jsonl"), kept.join(""));
  }
  return directory;
}

/** Set back after the second. */
const BACK: readonly Change[] = [
  { minute: 90, to: 1 },
  { minute: 100, to: 2 },
  { minute: 75, to: 3 },
  { minute: 80, to: 4 },
];

describe("a clock that was set back", () => {
  test("does not change what came last", async () => {
    const sources = await sourcesOf([trailOf({ [A]: BACK })]);
    const { steps, final, contradictions, bearing } = await reproduce(sources);
    expect(steps.map(({ record }) => record.sequence)).toEqual([1, 2, 3, 4]);
    expect(final).toMatchObject([{ value: { value: 4 }, doubts: [] }]);
    expect(contradictions).toEqual([]);
    expect(bearing).toEqual({
      clocks: [{ stream: A, first: 3, last: 4, from: timeOf(100), to: timeOf(75), times: 1 }],
      missing: [],
    });
    const { at, entries } = await historyOf(sources, "exp-1", { until: timeOf(1000) });
    expect(at).toMatchObject([{ value: { value: 4 }, doubts: [] }]);
    expect(entries.map(({ record }) => record.sequence)).toEqual([1, 2, 3, 4]);
    const plain = await historyOf(sources, "exp-1");
    expect(plain.entries.map(({ record }) => record.sequence)).toEqual([1, 2, 3, 4]);
    expect(plain.contradictions).toEqual([]);
  });

  test.each([
    ["before all of it", 70, 0, []],
    ["among the times that came twice", 85, 0, ["was set back at AaAaAaAaAaAaAaAa.3, from"]],
    [
      "among them, behind a change",
      95,
      1,
      [`whether ${[1, 2, 3].map((at) => `${A}.${at}`).join(", ")} and 1 more came before the time`],
    ],
    ["behind all of it", 101, 4, []],
  ])("values at a time %s", async (_, minute, value, doubts) => {
    const sources = await sourcesOf([trailOf({ [A]: BACK })]);
    const { at } = await historyOf(sources, "exp-1", { until: timeOf(minute) });
    expect(at).toMatchObject([{ value: { value } }]);
    const said = at?.[0]?.doubts.filter((text) => text.includes("clock")) ?? [];
    expect(said).toHaveLength(doubts.length);
    for (const [index, text] of doubts.entries()) expect(said[index]).toContain(text);
    const { final } = await reproduce(sources, { until: timeOf(minute) });
    const told = final.map((field) => [field.value, field.doubts]);
    const set = at?.filter(({ setBy }) => setBy !== undefined) ?? [];
    expect(told).toEqual(set.map((field) => [field.value, field.doubts]));
  });

  test("up to a record: what stands before it in its stream, whatever the time", async () => {
    const sources = await sourcesOf([trailOf({ [A]: BACK })]);
    const all = await reproduce(sources);
    const upTo = all.steps[2]?.record;
    const { steps, final } = await reproduce(sources, { upTo });
    expect(steps.map(({ record }) => record.sequence)).toEqual([1, 2, 3]);
    expect(final).toMatchObject([{ value: { value: 3 }, doubts: [] }]);
  });

  test("which of two streams came last is in doubt where its times came twice", async () => {
    const other = [{ minute: 85, to: 9 }];
    const sources = await sourcesOf([trailOf({ [A]: BACK, [B]: other })]);
    const [field] = (await reproduce(sources)).final;
    expect(field?.value).toMatchObject({ value: 4 });
    expect(field?.doubts).toEqual([
      expect.stringContaining(`whether ${B}.1 or ${A}.4 came last cannot be told`),
    ]);
  });

  test("by less than two seconds it is no doubt", async () => {
    const near = [
      { minute: 90, to: 1 },
      { minute: 90 - 1 / 60, to: 2 },
    ];
    const { setBacks, oldestFirst } = await streamClocks(await sourcesOf([trailOf({ [A]: near })]));
    expect(setBacks).toEqual([]);
    const [first, second] = near.map(({ minute }, at) => place(A, at + 1, minute));
    if (first === undefined || second === undefined) throw new RangeError("two were made");
    expect(oldestFirst(first, second)).toBeLessThan(0);
  });
});

describe("records that are not here", () => {
  const four: readonly Change[] = [1, 2, 3, 4].map((to) => ({ minute: 10 * to, to }));

  test("make a value doubtful that they may have changed", async () => {
    const sources = await sourcesOf([trailOf({ [A]: four }, `${A}.2`)]);
    const { at, bearing } = await historyOf(sources, "exp-1", { until: timeOf(30) });
    expect(at).toMatchObject([
      {
        value: { value: 1 },
        doubts: [
          expect.stringContaining("found 2 there"),
          `1 record of stream ${A} between ${A}.1 and ${A}.3 is not here, and may have changed it`,
        ],
      },
    ]);
    expect(bearing?.missing).toMatchObject([{ stream: A, first: 2, last: 2, count: 1 }]);
    // What was set behind them is known.
    const { final, bearing: told } = await reproduce(sources);
    expect(final).toMatchObject([{ value: { value: 4 }, doubts: [] }]);
    expect(told.missing).toHaveLength(1);
  });

  test("behind the record that is the end bear on nothing", async () => {
    const sources = await sourcesOf([trailOf({ [A]: four }, `${A}.3`)]);
    const upTo = (await reproduce(sources)).steps[1]?.record;
    const { final, bearing } = await reproduce(sources, { upTo });
    expect(final).toMatchObject([{ value: { value: 2 }, doubts: [] }]);
    expect(bearing.missing).toEqual([]);
  });

  test("behind the time that is asked for bear on nothing", async () => {
    const sources = await sourcesOf([trailOf({ [A]: four }, `${A}.3`)]);
    const { at, bearing } = await historyOf(sources, "exp-1", { until: timeOf(15) });
    expect(at).toMatchObject([{ value: { value: 1 }, doubts: [] }]);
    expect(bearing?.missing).toEqual([]);
  });

  test("between the time and the first change make doubtful what that found", async () => {
    const others = four.map((change) => ({ ...change, target: "exp-2" }));
    const trail = trailOf({ [A]: others, [B]: [{ minute: 45, to: 7 }] }, `${A}.2`);
    const at = async (minute: number): Promise<readonly FieldState[] | undefined> =>
      (await historyOf(await sourcesOf([trail]), "exp-1", { until: timeOf(minute) })).at;
    expect(await at(15)).toMatchObject([
      { value: { value: 0 }, doubts: [expect.stringContaining("and may have changed it")] },
    ]);
    expect(await at(31)).toMatchObject([{ value: { value: 0 }, doubts: [] }]);
  });

  test("before the first of a journal were taken by retention", async () => {
    const sources = await sourcesOf([trailOf({ [A]: four }, `${A}.1`)]);
    expect((await streamClocks(sources)).holes).toEqual([]);
  });

  test("a view may have what retention took from the journal: its numbers are no gaps", async () => {
    const directory = trailOf({ [A]: BACK }, `${A}.1`);
    const lines = [1, 2].map((at) => line(A, at, BACK[at - 1] ?? { minute: 0, to: 0 }, 0));
    writeFileSync(join(directory, "some.jsonl"), lines.join(""));
    const { holes, setBacks, timeOf: counts } = await streamClocks(await sourcesOf([directory]));
    expect(holes).toEqual([]);
    expect(setBacks).toHaveLength(1);
    expect(counts(place(A, 1, 90))).toBe(timeOf(90));
    expect(counts(place(A, 4, 80))).toBe(timeOf(100));
    // What the journal lost, and the view has, is there.
    const whole = trailOf({ [A]: BACK }, `${A}.2`);
    writeFileSync(join(whole, "some.jsonl"), lines.join(""));
    expect((await streamClocks(await sourcesOf([whole]))).holes).toEqual([]);
  });

  test("of a file that is no journal are not told: a view has results only", async () => {
    const directory = temporaryDirectory();
    const lines = four.map((change, at) => line(A, 2 * at + 1, change, 0));
    writeFileSync(join(directory, "some.jsonl"), lines.join(""));
    expect((await streamClocks(await sourcesOf([directory]))).holes).toEqual([]);
  });
});

function place(stream: string, sequence: number, minute: number): Placed {
  return { stream, sequence, timestamp: timeOf(minute) };
}

describe("any clocks", () => {
  const minutes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 });

  test("the merge is that of queues: the one whose head is the earliest, of its largest time so far", () => {
    fc.assert(
      fc.property(minutes, minutes, (left, right) => {
        const queues = [left, right].map((own, at) =>
          own.map((minute, index) => place(at === 0 ? A : B, index + 1, minute)),
        );
        const merged: Placed[] = [];
        const [one = [], other = []] = queues;
        let [high, low] = ["", ""];
        while (one.length + other.length > 0) {
          const [first, second] = [one[0], other[0]];
          const firstTime =
            first === undefined ? "~" : first.timestamp > high ? first.timestamp : high;
          const secondTime =
            second === undefined ? "~" : second.timestamp > low ? second.timestamp : low;
          if (firstTime <= secondTime) {
            high = firstTime;
            merged.push(...one.splice(0, 1));
          } else {
            low = secondTime;
            merged.push(...other.splice(0, 1));
          }
        }
        expect(inStreamOrder(merged.toReversed())).toEqual(merged);
      }),
    );
  });

  test("the state of one stream is what its last record set, and at a time what is true of its largest times", async () => {
    await fc.assert(
      fc.asyncProperty(minutes, fc.integer({ min: 0, max: 31 }), async (own, until) => {
        const changes = own.map((minute, at) => ({ minute, to: at + 1 }));
        const sources = await sourcesOf([trailOf({ [A]: changes })]);
        const { final, contradictions } = await reproduce(sources);
        expect(contradictions).toEqual([]);
        expect(final).toMatchObject([{ value: { value: own.length }, doubts: [] }]);
        const { at } = await historyOf(sources, "exp-1", { until: timeOf(until) });
        const late = own.findIndex((_, index) => Math.max(...own.slice(0, index + 1)) >= until);
        const value = late < 0 ? own.length : late;
        expect(at).toMatchObject([{ value: { value } }]);
        // Without a doubt the records of the times before it are those, by whichever clock.
        const byClock = own.flatMap((minute, index) => (minute < until ? [index + 1] : []));
        const isSure = byClock.length === value && byClock.every((to) => to <= value);
        if (at?.[0]?.doubts.length === 0) expect(isSure).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("what comes late is put where it belongs", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(BACK.map((_, at) => at)), async (order) => {
        const directory = temporaryDirectory();
        const lines = BACK.map((change, at) => line(A, at + 1, change, BACK[at - 1]?.to ?? 0));
        writeFileSync(join(directory, "some.jsonl"), order.map((at) => lines[at]).join(""));
        const { timeOf: counts } = await streamClocks(await sourcesOf([directory]));
        let high = 0;
        for (const at of order.toSorted((left, right) => left - right)) {
          const { minute } = BACK[at] ?? { minute: 0 };
          high = Math.max(high, minute);
          expect(counts(place(A, at + 1, minute))).toBe(timeOf(high));
        }
      }),
      { numRuns: 30 },
    );
  });

  test("a record that nobody saw counts no earlier than the last one", () => {
    const track = createStreamTrack(A);
    expect(track.take(1, timeOf(9))).toBe(true);
    expect(track.take(1, timeOf(9))).toBe(false);
    expect(track.timeOf(place(A, 2, 5))).toBe(timeOf(9));
    expect(track.timeOf(place(A, 2, 10))).toBe(timeOf(10));
  });
});
