/** What is taken from the record of a checkpoint, and what it holds beside that. */
import { describe, expect, test } from "vitest";
import type { AttributeValue, AuditRecord } from "../../src/event/index.ts";
import { checkpointOf, textsOf } from "../../src/verify/checkpoint-of.ts";

const record: AuditRecord = {
  attributes: {
    "audit.record.id": "AbCdEfGhIjKlMnOp.3",
    "audit.sequence.number": 3,
    "audit.time": "2026-11-21T09:00:02.123456Z",
    "audit.action": "checkpoint",
    "audit.category": "audit",
    "audit.impact": "low",
    "audit.schema.version": "1",
    "audit.record.kind": "checkpoint",
    "audit.checkpoint.note": "the note",
    "audit.checkpoint.leaves": ["a", "b"],
    "audit.checkpoint.subtrees": '["c"]',
    "service.name": "trainer",
  },
  body: {},
};
const given = (more: Readonly<Record<string, AttributeValue>>): AuditRecord => ({
  ...record,
  attributes: { ...record.attributes, ...more },
});

test("its note, its leaves and its subtrees, and nothing else", () => {
  expect(Object.entries(checkpointOf(record) ?? {})).toEqual([
    ["note", "the note"],
    ["leaves", ["a", "b"]],
    ["subtrees", ["c"]],
    ["time", "2026-11-21T09:00:02.123456Z"],
  ]);
});

test("a record of another kind is none", () => {
  expect(checkpointOf(given({ "audit.record.kind": "result" }))).toBeUndefined();
});

describe("what it holds beside its note", () => {
  test.each<readonly [string, AuditRecord, string | undefined]>([
    ["a trace", { ...record, traceId: "0a" }, "a trace"],
    ["a span", { ...record, spanId: "0b" }, "a trace"],
    ["a body", { ...record, body: { after: { note: "x" } } }, "after.note"],
    ["an empty body", { ...record, body: { after: { note: "" } } }, undefined],
    ["a field", given({ "audit.reason": "x" }), "audit.reason"],
    ["an empty field", given({ "audit.reason": "" }), undefined],
    ["what nobody seals", given({ "host.name": "x" }), undefined],
    ["another action", given({ "audit.action": "pause" }), "audit.action"],
    ["another category", given({ "audit.category": "access" }), "audit.category"],
    ["another impact", given({ "audit.impact": "high" }), "audit.impact"],
    ["another version", given({ "audit.schema.version": "2" }), "audit.schema.version"],
    ["no impact", given({ "audit.impact": "" }), undefined],
  ])("%s", (_name, odd, addition) => expect(checkpointOf(odd)?.addition).toBe(addition));
});

describe("what is no text, and no list of texts, proves nothing", () => {
  test.each<readonly [string, AttributeValue, readonly string[]]>([
    ["nothing", "", []],
    ["a list", ["a"], ["a"]],
    ["an empty list", "[]", []],
    ["a list as JSON", '["a","b"]', ["a", "b"]],
    ["no JSON", "a", ["no hash"]],
    ["a map", '{"length":0}', ["no hash"]],
    ["a text as JSON", '"a"', ["no hash"]],
    ["a number", 7, ["no hash"]],
    ["a list with a number", '["a",1]', ["no hash"]],
  ])("leaves: %s", (_name, value, leaves) => {
    expect(checkpointOf(given({ "audit.checkpoint.leaves": value }))?.leaves).toEqual(leaves);
  });
  test("of too many leaves as many are kept as show that", () => {
    const many = Array<string>(5000).fill("a");
    expect(checkpointOf(given({ "audit.checkpoint.leaves": many }))?.leaves).toHaveLength(4097);
  });
  test("a note that is a number", () => {
    const odd = given({ "audit.checkpoint.note": 7, "audit.time": 8 });
    expect(checkpointOf(odd)).toMatchObject({ note: "", time: "" });
  });
});

test.each<readonly [AttributeValue | undefined, readonly string[] | undefined]>([
  [undefined, undefined],
  [["a"], ["a"]],
  ['["a"]', ["a"]],
  ["null", undefined],
  ["a", undefined],
  [true, undefined],
])("the texts of %j", (value, texts) => expect(textsOf(value)).toEqual(texts));
