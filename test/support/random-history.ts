/** Random histories of three streams. */
import fc from "fast-check";
import {
  type Carry,
  type Edit,
  EDITS,
  FORMS,
  type History,
  type Lie,
  type Place,
  type Step,
} from "./history-steps.ts";

/** The first of them in five of six. */
const mostly = <const Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { arbitrary: fc.constant(usual), weight: 5 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
const place = fc.constantFrom<Place>(0, 0, 0, 1, 1, 2);
const by = fc.constantFrom(-2, -1, 1, 2);
const key = fc.nat(2);

/** What a first checkpoint says of its process, and of keys that vouch for others. */
const opening = (...services: readonly string[]): fc.Arbitrary<Lie> =>
  fc.record({
    word: fc.constant("opening"),
    custody: mostly<"file" | "memory">("file", "memory"),
    service: fc.constantFrom(...services),
    rotations: fc.array(
      fc.oneof(
        { arbitrary: fc.tuple(key, key).map(([from, to]) => [from, to, from] as const), weight: 3 },
        { arbitrary: fc.tuple(key, key, key), weight: 1 },
      ),
      { maxLength: 3 },
    ),
  });

/** `services`: those that an opening may name. */
const untrue = (...services: readonly string[]): fc.Arbitrary<Lie> =>
  fc.oneof(
    fc.record({ word: fc.constantFrom("begin", "begin", "number", "results", "size"), by }),
    fc.record({
      word: fc.constant("previous"),
      value: fc.constantFrom("", "x", `${"A".repeat(43)}=`, `${"B".repeat(43)}=`),
    }),
    fc.record({
      word: fc.constant("state"),
      value: fc.constantFrom("open", "run", "close", "adopted"),
    }),
    fc.record({ word: fc.constant("adopter"), value: fc.constantFrom("AbCdEfGhIjKlMnOp", "x") }),
    fc.record({
      word: fc.constant("text"),
      value: fc.constantFrom(
        "more x",
        "begin 1",
        "begin",
        "carried 1",
        "state run",
        "format audit-checkpoint/2",
        "Word x",
        "calls 1 1 pause",
        'calls 1 1 "pause"',
        "custody memory",
      ),
    }),
    fc.record({ word: fc.constantFrom("root", "time", "key", "key") }),
    opening(...services),
  );
/** Mostly nothing; where `opens`, often what a first checkpoint says of its process and its keys. */
const lie = (opens: number, ...services: readonly string[]): fc.Arbitrary<Lie> =>
  fc.oneof(
    { arbitrary: fc.constant({ word: "none" }), weight: 30 },
    { arbitrary: untrue(...services), weight: 1 },
    { arbitrary: opening(...services), weight: opens },
  );

const adoption: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom<readonly [Place, Place]>(
      [1, 0],
      [1, 0],
      [2, 0],
      [2, 1],
      [0, 1],
      [0, 2],
      [0, 0],
    ),
    fc.record({
      leave: fc.constantFrom(0, 0, 0, 1, 2, 3),
      again: fc.constantFrom(0, 0, 0, 1, 2, 4, 8),
      counted: fc.boolean(),
      unseen: fc.constantFrom(true, true, true, false),
      lie: lie(0, "trainer"),
    }),
  )
  .map(([[stream, of], rest]) => ({ kind: "adopt", stream, of, ...rest }));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("add"),
      stream: place,
      what: fc.constantFrom("result", "result", "redactable", "intent", "gap"),
      count: fc.oneof(
        { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 40 },
        { arbitrary: fc.integer({ min: 7, max: 9 }), weight: 5 },
        { arbitrary: fc.integer({ min: 510, max: 513 }), weight: 1 },
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("checkpoint"),
      stream: place,
      state: mostly("next", "close", "close", "open", "run", "idle"),
      carry: mostly<Carry>("true", "fewer", "none", "all", "others"),
      lie: lie(5, "trainer", "trainer", "trainer", "billing"),
    }),
  },
  { weight: 4, arbitrary: adoption },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("purge"),
      stream: place,
      of: place,
      first: fc.constantFrom(1, 1, 1, 2, 4),
      count: fc.integer({ min: 1, max: 9 }),
      redactable: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("cut"),
      stream: place,
      of: place,
      change: mostly<"truncated" | "renamed">("truncated", "renamed"),
      redactable: fc.subarray(["file", "change"]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("rewind"),
      stream: place,
      by: fc.integer({ min: 1, max: 3 }),
      how: fc.constantFrom("leave", "forget", "forget", "rewrite"),
    }),
  },
);

const edit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom(...EDITS, "twice-many", "twice-many", "claim", "claim"),
  stream: place,
  at: fc.nat(40),
  by: fc.constantFrom(-2, -1, 1, 2, 5, 600),
});

/** What a record excuses is made more, and then something goes or comes that it would excuse. */
const excused: fc.Arbitrary<readonly Edit[]> = fc
  .tuple(
    place,
    fc.constantFrom<Edit["how"]>("delete", "delete-many", "twice", "twice-many"),
    fc.nat(12),
  )
  .map(([stream, how, at]) => [
    { how: "claim", stream, at, by: 1 },
    { how, stream: 0, at, by: 1 },
  ]);

/** Any of them. */
export const histories: fc.Arbitrary<History> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 14, size: "max" }),
  edits: fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 3 }), excused),
  form: fc.constantFrom(...FORMS, "journal", "views", "views"),
  segmentLines: fc.constantFrom(0, 0, 2, 5),
  trusted: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.uniqueArray(key, { maxLength: 3 }), weight: 1 },
  ),
  anchors: fc.array(
    fc.record({
      stream: place,
      at: fc.nat(9),
      more: fc.constantFrom(0, 0, 0, 1),
      isOther: fc.constantFrom(false, false, true),
    }),
    { maxLength: 2 },
  ),
});
