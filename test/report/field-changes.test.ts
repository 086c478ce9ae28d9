/** What changed, field by field. */
import { describe, expect, test } from "vitest";
import type { BodyMap } from "../../src/event/index.ts";
import { fieldChangesOf } from "../../src/report/field-changes.ts";
import { isSame, type Side, sideOf } from "../../src/report/side.ts";
import { flatRecords } from "../support/told-records.ts";

const value = (one: BodyMap[string]): Side => ({ kind: "value", value: one });
const absent: Side = { kind: "absent" };
const unknown: Side = { kind: "unknown" };

interface Case {
  readonly details: BodyMap;
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly wanted: readonly (readonly [field: string, from: Side, to: Side])[];
}

const COMMITMENT = "A".repeat(43);

test.each<[name: string, one: Case]>([
  ["nothing", { details: { note: "x" }, wanted: [] }],
  [
    "a value",
    {
      details: { before: { lr: 0.1 }, after: { lr: 0.2 } },
      wanted: [["lr", value(0.1), value(0.2)]],
    },
  ],
  [
    "one that came, one that went",
    {
      details: { before: { old: 1 }, after: { now: null } },
      wanted: [
        ["now", absent, value(null)],
        ["old", value(1), absent],
      ],
    },
  ],
  [
    "only after: what was before is not known",
    { details: { after: { lr: 1 } }, wanted: [["lr", unknown, value(1)]] },
  ],
  [
    "only before: what came is not known",
    { details: { before: { lr: 1 } }, wanted: [["lr", value(1), unknown]] },
  ],
  [
    "nested, with a dot in a key",
    {
      details: { before: { a: { "b.c": { d: 1 } } }, after: { a: { "b.c": { d: 2 }, e: 3 } } },
      wanted: [
        ["a.e", absent, value(3)],
        ["a.b.c.d", value(1), value(2)],
      ],
    },
  ],
  [
    "a map that came is its fields; an empty one is itself",
    {
      details: { before: {}, after: { a: { b: 1 }, c: {} } },
      wanted: [
        ["c", absent, value({})],
        ["a.b", absent, value(1)],
      ],
    },
  ],
  [
    "a map in the place of a value stands whole",
    {
      details: { before: { a: 1 }, after: { a: { b: 2 } } },
      wanted: [["a", value(1), value({ b: 2 })]],
    },
  ],
  [
    "lists stand whole",
    { details: { before: { a: [1] }, after: { a: [2] } }, wanted: [["a", value([1]), value([2])]] },
  ],
  [
    "redacted values",
    {
      details: { before: { a: "****", b: "x=**** y" }, after: { a: ["****"], b: "z" } },
      wanted: [
        ["a", { kind: "redacted", value: "****" }, { kind: "redacted", value: ["****"] }],
        ["b", { kind: "redacted", value: "x=**** y" }, value("z")],
      ],
    },
  ],
  [
    "a value that was cut",
    {
      details: { before: {}, after: { a: "abc…[cut: 5000 bytes, sha256 xyz]" } },
      wanted: [["a", absent, { kind: "cut", value: "abc…[cut: 5000 bytes, sha256 xyz]" }]],
    },
  ],
  [
    "something of the record was redacted: it may be that",
    {
      details: { before: {}, after: { a: 1 } },
      attributes: { "audit.redaction.rules": ["key:b"] },
      wanted: [["a", unknown, value(1)]],
    },
  ],
  [
    "a commitment without its value was taken away later",
    {
      details: { before: {}, after: { a: 1 } },
      attributes: { "audit.integrity.fields": `after_a:${COMMITMENT},before_a:${COMMITMENT}` },
      wanted: [["a", { kind: "redacted" }, value(1)]],
    },
  ],
])("%s", (_name, { details, attributes = {}, wanted }) => {
  const [record] = flatRecords({ at: 0, action: "hp_change", details, attributes });
  const changes = record === undefined ? [] : fieldChangesOf(record);
  const found = changes.map(({ field, from, to }) => [field, from, to]);
  expect(found.toSorted()).toEqual([...wanted].toSorted());
});

test("a list of which only what moved was recorded", () => {
  const details = {
    before: { tags: { removed: ["dull"] } },
    after: { tags: { added: ["hard", "new"], at: [0, 2] } },
  };
  const [record] = flatRecords({ at: 0, action: "hp_change", details });
  expect(record === undefined ? [] : fieldChangesOf(record)).toEqual([
    {
      path: ["tags"],
      field: "tags",
      from: unknown,
      to: unknown,
      moved: { removed: ["dull"], added: ["hard", "new"], at: [0, 2] },
    },
  ]);
});

const PSEUDONYM = `hmac:abcdefgh:${"A".repeat(22)}`;
const OTHER = `hmac:abcdefgh:${"B".repeat(22)}`;

describe("whether two sides are the same", () => {
  test.each<[name: string, left: Side, right: Side, wanted: boolean | undefined]>([
    ["equal values", value({ a: [1, 2] }), value({ a: [1, 2] }), true],
    ["other values", value(1), value("1"), false],
    ["keys in another order", value({ a: 1, b: 2 }), value({ b: 2, a: 1 }), true],
    ["not there, not there", absent, absent, true],
    ["there, not there", value(1), absent, false],
    ["not known", value(1), unknown, undefined],
    ["masks", sideOf("****"), sideOf("****"), undefined],
    ["a mask and a value", sideOf("****"), value("x"), undefined],
    ["the same pseudonym", sideOf(PSEUDONYM), sideOf(PSEUDONYM), true],
    ["other pseudonyms: the key may be another", sideOf(PSEUDONYM), sideOf(OTHER), undefined],
    [
      "cut texts of one digest",
      sideOf("a…[cut: 9 bytes, sha256 x]"),
      sideOf("a…[cut: 9 bytes, sha256 x]"),
      true,
    ],
  ])("%s", (_name, left, right, wanted) => expect(isSame(left, right)).toBe(wanted));
});
