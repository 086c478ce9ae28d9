/** Values at a time where a map is set as a whole and its fields one by one, held against the state that was true. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BodyMap, type BodyValue, changesBetween } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { canonicalJson } from "../../src/lib/canonical-json.ts";
import { sourcesOf } from "../../src/read/index.ts";
import { reproduce } from "../../src/report/index.ts";
import { sideText } from "../../src/report/side.ts";
import { type Effect, effectsOf } from "../../src/report/timeline/effects.ts";
import { type FieldState, type Replay, replay } from "../../src/report/timeline/replay.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import {
  flatRecords,
  STREAM,
  timeAt,
  type Told,
  told as recordOf,
} from "../support/told-records.ts";

const target = ["experiment", "exp-1"] as const;

function change(at: number, before: BodyMap | undefined, after: BodyMap | undefined): Told {
  const details = {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
  return { at, action: "hp_change", target, details };
}

/** Field, value, whom it is from, and who doubts it. */
function rowsOf({ fields }: Pick<Replay, "fields">): readonly string[] {
  return fields.map(({ field, value, setBy, next, doubts }) => {
    const basis =
      setBy === undefined ? `found by ${next?.sequence ?? 0}` : `set by ${setBy.sequence}`;
    return [`${field} = ${sideText(value)}`, basis, ...doubts].join(", ");
  });
}

const TUNED = [
  change(1, { opt: null }, { opt: { lr: 0.2, beta: 0.9 } }),
  change(2, { opt: { lr: 0.2 } }, { opt: { lr: 0.3 } }),
  change(3, { opt: { lr: 0.3, beta: 0.9 } }, { opt: null }),
  change(4, { opt: null }, { opt: { lr: 0.5 } }),
  // Nobody recorded that it became this.
  change(5, { opt: { lr: 0.7 } }, { opt: { lr: 0.8 } }),
];
const FOUND = `${STREAM}.5 found 0.7 there, when it changed it at ${timeAt(5)}`;

describe("a map that is set as a whole, and its fields", () => {
  test.each<[at: number, rows: readonly string[]]>([
    [1, ["opt = null, found by 1"]],
    [2, ["opt.lr = 0.2, set by 1", "opt.beta = 0.9, set by 1"]],
    [3, ["opt.lr = 0.3, set by 2", "opt.beta = 0.9, set by 1"]],
    [4, ["opt = null, set by 3"]],
    [5, [`opt.lr = 0.5, set by 4, ${FOUND}`]],
    [6, ["opt.lr = 0.8, set by 5"]],
  ])("before %s", (at, rows) =>
    expect(rowsOf(replay(flatRecords(...TUNED), timeAt(at)))).toEqual(rows),
  );

  test("a later whole tells of the fields that nobody changed before it", () =>
    expect(rowsOf(replay(flatRecords(...TUNED.slice(1)), timeAt(0)))).toEqual([
      "opt.lr = 0.2, found by 1",
      "opt.beta = 0.9, found by 2",
    ]));
  test("a whole without a field doubts that field, and no other", () => {
    const records = flatRecords(...TUNED.slice(0, 1), change(3, { opt: { lr: 0.2 } }, { opt: 7 }));
    expect(rowsOf(replay(records, timeAt(2)))).toEqual([
      "opt.lr = 0.2, set by 1",
      `opt.beta = 0.9, set by 1, ${STREAM}.2 found nothing there, when it changed it at ${timeAt(3)}`,
    ]);
  });
  test("a whole that something was taken out of doubts nothing", () => {
    const cut: Told = {
      ...change(3, { opt: { lr: 0.2 } }, { opt: 7 }),
      attributes: { "audit.redaction.rules": "names" },
    };
    expect(rowsOf(replay(flatRecords(...TUNED.slice(0, 1), cut), timeAt(2)))).toEqual([
      "opt.lr = 0.2, set by 1",
      "opt.beta = 0.9, set by 1",
    ]);
  });
  test("a field that is found where there was no map doubts the whole", () => {
    const records = flatRecords(...TUNED.slice(2, 3), ...TUNED.slice(4));
    expect(rowsOf(replay(records, timeAt(4)))).toEqual([
      `opt = null, set by 1, ${STREAM}.2 found opt.lr to be 0.7, when it changed it at ${timeAt(5)}`,
    ]);
  });
  test("what is set does not say what was there before: nothing is taken from behind it", () => {
    const records = flatRecords(
      change(1, undefined, { lr: 0.2 }),
      change(2, { lr: 0.2 }, { lr: 0.3 }),
    );
    expect(rowsOf(replay(records, timeAt(0)))).toEqual([]);
  });
  test("a new whole leaves nothing of what was there, and contradicts it by its fields", () => {
    const { contradictions, ...state } = replay(
      flatRecords(
        change(1, { opt: null }, { opt: { lr: 0.2, beta: 0.9 } }),
        change(2, { opt: null }, { opt: { lr: 0.5 } }),
        change(3, { opt: { lr: 0.6 } }, { opt: 1 }),
        change(4, { opt: { lr: 0.7 } }, { opt: { lr: 0.8 } }),
      ),
    );
    expect(rowsOf(state)).toEqual(["opt.lr = 0.8, set by 4"]);
    expect(
      contradictions.map(({ field, said, was, record, setBy }) =>
        [record.sequence, field, sideText(said), setBy.sequence, sideText(was)].join(" "),
      ),
    ).toEqual([
      "2 opt.lr nothing 1 0.2",
      "2 opt.beta nothing 1 0.9",
      "3 opt.lr 0.6 2 0.5",
      "4 opt.lr 0.7 3 nothing",
    ]);
  });
});

describe("what nobody knows the end of", () => {
  test("makes fields doubtful within it, and above it", () => {
    const unknown = (one: Told): Told => ({ ...one, outcome: "unknown" });
    const records = flatRecords(
      change(1, { opt: null }, { opt: { lr: 0.2, beta: 0.9 } }),
      unknown(change(2, { opt: { lr: 0.2, beta: 0.9 } }, { opt: null })),
      change(3, { mode: null }, { mode: 1 }),
      unknown(change(4, { mode: null }, { mode: { fast: true } })),
    );
    const said = "and how that ended is not known";
    expect(rowsOf(replay(records, timeAt(9)))).toEqual([
      `opt.lr = 0.2, set by 1, ${STREAM}.2 set out to change opt to null, ${said}`,
      `opt.beta = 0.9, set by 1, ${STREAM}.2 set out to change opt to null, ${said}`,
      `mode = 1, set by 3, ${STREAM}.4 set out to change it to {"fast":true}, ${said}`,
    ]);
  });
  test("makes doubtful what was found behind it", () => {
    const records = flatRecords(
      { ...change(2, { lr: 0.2 }, { lr: 0.3 }), outcome: "unknown" },
      change(3, { lr: 0.3 }, { lr: 0.4 }),
    );
    expect(rowsOf(replay(records, timeAt(1)))).toEqual([
      `lr = 0.3, found by 2, ${STREAM}.1 set out to change it to 0.3 before that, and how that ended is not known`,
    ]);
  });
});

const key = fc.constantFrom("a", "b", "c", "d.e");
/** Lists with doubles stand whole in a record; of others only what moved does. */
const scalar = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(null));
const twice = scalar.map((item) => [item, item]);
const moving = fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });

function states(...lists: readonly fc.Arbitrary<BodyValue>[]): fc.Arbitrary<BodyMap> {
  return fc.letrec<{ readonly value: BodyValue; readonly map: BodyMap }>((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, scalar, ...lists, tie("map")),
    map: fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  })).map;
}

/** A state, and one that differs from it by what stands at a key or two: most of it stays. */
function histories(state: fc.Arbitrary<BodyMap>): fc.Arbitrary<readonly BodyMap[]> {
  const merge = (all: readonly BodyMap[]): readonly BodyMap[] =>
    all
      .slice(1)
      .reduce<BodyMap[]>(
        (past, next, at) => [...past, at % 2 === 0 ? laid(past.at(-1) ?? {}, next) : next],
        all.slice(0, 1),
      );
  return fc.array(state, { minLength: 2, maxLength: 7 }).map(merge);
}

function laid(below: BodyMap, above: BodyMap): BodyMap {
  const mixed = Object.entries(above).map(([name, value]) => {
    const other = below[name];
    return [name, isMap(other) && isMap(value) ? laid(other, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(mixed) };
}

/** Each at an even time: odd ones are between them. */
function changesOf(all: readonly BodyMap[]): readonly Told[] {
  return all.slice(1).map((now, at) => {
    const { before, after } = changesBetween(all[at] ?? {}, now);
    return change(2 * at, before, after);
  });
}

describe("random histories", () => {
  test("every value that was ever recorded is known at every time, and true", () => {
    fc.assert(
      fc.property(histories(states(twice)), (all) => {
        const records = flatRecords(...changesOf(all));
        const effects = records.flatMap(effectsOf);
        for (const [at, state] of all.entries()) {
          const told = replay(records, timeAt(2 * at - 1));
          expectTrue(told, state);
          expect(doubtsOf(told)).toEqual([]);
          expect(missingIn(told, state, effects)).toEqual([]);
        }
      }),
      { numRuns: 700 },
    );
  });

  test("values are true where records leave out a side, hide values, or only say what moved", () => {
    const forms = fc.array(fc.constantFrom("whole", "before", "after", "masked"), {
      minLength: 7,
      maxLength: 7,
    });
    fc.assert(
      fc.property(histories(states(twice, moving)), forms, (all, ways) => {
        const records = flatRecords(
          ...changesOf(all).map((one, at) => lessening(one, ways[at] ?? "whole")),
        );
        for (const [at, state] of all.entries()) {
          const told = replay(records, timeAt(2 * at - 1));
          expectTrue(told, state);
          expect(doubtsOf(told)).toEqual([]);
        }
      }),
      { numRuns: 700 },
    );
  });

  test("what is not doubted is true where some records do not say how it ended", () => {
    const ends = fc.array(fc.constantFrom("success", "done", "not done"), {
      minLength: 7,
      maxLength: 7,
    });
    fc.assert(
      fc.property(histories(states(twice)), ends, (all, ended) => {
        const [first = {}] = all;
        const truth = [first];
        const records = all.slice(1).map((next, at): Told => {
          const now = truth.at(-1) ?? {};
          const end = ended[at] ?? "success";
          truth.push(end === "not done" ? now : next);
          const { before, after } = changesBetween(now, next);
          const outcome = end === "success" ? "success" : "unknown";
          return { ...change(2 * at, before, after), outcome };
        });
        for (const [at, state] of truth.entries()) {
          const { fields } = replay(flatRecords(...records), timeAt(2 * at - 1));
          expectApart(fields);
          expectClaims(
            fields.filter(({ doubts }) => doubts.length === 0),
            state,
          );
        }
      }),
      { numRuns: 700 },
    );
  });

  test("records that were lost put no field beside its map", () => {
    const kept = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(histories(states(twice, moving)), kept, (all, isKept) => {
        const records = flatRecords(...changesOf(all).filter((_, at) => isKept[at] === true));
        for (const at of all.keys()) expectApart(replay(records, timeAt(2 * at - 1)).fields);
        expectApart(replay(records).fields);
      }),
      { numRuns: 500 },
    );
  });

  test("reproduce gives the true values at every time, and no contradiction", async () => {
    const file = join(temporaryDirectory(), "records.jsonl");
    await fc.assert(
      fc.asyncProperty(histories(states(twice)), async (all) => {
        const lines = changesOf(all).map((one, at) => `${encodeJsonLine(recordOf(at + 1, one))}\n`);
        writeFileSync(file, lines.join(""));
        const sources = await sourcesOf([file]);
        for (const [at, state] of all.entries()) {
          const { final: fields, contradictions } = await reproduce(sources, {
            until: timeAt(2 * at - 1),
          });
          expectTrue({ fields, contradictions }, state);
          expect(doubtsOf({ fields })).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });
});

function expectTrue({ fields, contradictions }: Replay, state: BodyMap): void {
  expect(contradictions).toEqual([]);
  expectApart(fields);
  expectClaims(fields, state);
}

/** No field stands within another. */
function expectApart(fields: readonly FieldState[]): void {
  const paths = fields.map(({ path }) => path);
  const beside = paths.filter((path, at) =>
    paths.some((other, turn) => turn !== at && other.every((name, level) => name === path[level])),
  );
  expect(beside).toEqual([]);
}

/** What is hidden, or not known, is no claim. */
function expectClaims(fields: readonly FieldState[], state: BodyMap): void {
  for (const { path, value } of fields) {
    const was = valueAt(state, path);
    if (value.kind === "absent") expect([path, was]).toEqual([path, undefined]);
    if (value.kind === "value")
      expect([path, was === undefined ? "nothing" : canonicalJson(was)]).toEqual([
        path,
        canonicalJson(value.value),
      ]);
  }
}

function valueAt(state: BodyMap, path: readonly string[]): BodyValue | undefined {
  let value: BodyValue | undefined = state;
  for (const name of path)
    value = isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

function doubtsOf({ fields }: Pick<Replay, "fields">): readonly string[] {
  return fields.flatMap(({ doubts }) => doubts);
}

/** Values that some record changed at some time, themselves or with what they stand in, and that are not told. */
function missingIn(
  { fields }: Replay,
  state: BodyMap,
  effects: readonly Effect[],
): readonly (readonly string[])[] {
  const known = new Set(fields.map(({ path }) => JSON.stringify(path)));
  return leafPaths(state, []).filter(
    (leaf) =>
      !known.has(JSON.stringify(leaf)) &&
      effects.some(({ path }) => path.every((name, level) => name === leaf[level])),
  );
}

/** Of empty maps none: one is not told from none. */
function leafPaths(value: BodyValue, path: readonly string[]): readonly (readonly string[])[] {
  if (!isMap(value)) return [path];
  return Object.entries(value).flatMap(([name, item]) => leafPaths(item, [...path, name]));
}

function isMap(value: BodyValue | undefined): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same change, told by a record that says less; whole where it would say something else without a side. */
function lessening(one: Told, way: string): Told {
  const { before, after } = one.details ?? {};
  if (way === "masked") return masked(one);
  const effects = flatRecords(one).flatMap(effectsOf);
  if (effects.some(({ moved }) => moved !== undefined)) return one;
  const isSaid = (side: "from" | "to"): boolean =>
    effects.every(({ [side]: { kind } }) => kind !== "absent");
  if (way === "before" && isSaid("from")) return { ...one, details: { before: before ?? {} } };
  if (way === "after" && isSaid("to")) return { ...one, details: { after: after ?? {} } };
  return one;
}

/** As redaction does: by the name of a key, whatever stands there, and by what a value is. */
function masked(one: Told): Told {
  const hidden = (value: BodyValue, name?: string): BodyValue => {
    if (name === "c") return "****";
    if (isMap(value))
      return Object.fromEntries(
        Object.entries(value).map(([inner, item]) => [inner, hidden(item, inner)]),
      );
    return typeof value === "number" && value > 6 ? "****" : value;
  };
  const { before = {}, after = {} } = one.details ?? {};
  const details = { before: hidden(before), after: hidden(after) };
  return { ...one, details, attributes: { "audit.redaction.rules": "names" } };
}
