import { expect, test } from "vitest";
import type { BodyMap } from "../../src/event/index.ts";
import { distinctBody } from "../../src/seal/distinct-body.ts";

test.each<readonly [string, BodyMap, BodyMap]>([
  ["nothing", {}, {}],
  ["no clash", { a: 1, b: { a: 2, c: [] }, d: {} }, { a: 1, b: { a: 2, c: [] }, d: {} }],
  ["two names with one key", { "a.b": 1, a_b: 2 }, { "a.b": 1, a_b_2: 2 }],
  ["three", { "a.b": 1, a_b: 2, "a-b": 3 }, { "a.b": 1, a_b_2: 2, "a-b_3": 3 }],
  ["a map and a name", { a: { b: 1 }, "a.b": 2 }, { a: { b: 1 }, "a.b_2": 2 }],
  ["a name and a map", { "a.b": 2, a: { b: 1 } }, { "a.b": 2, a: { b_2: 1 } }],
  ["two maps", { "a.b": { c: 1 }, a_b: { c: 2 } }, { "a.b": { c: 1 }, a_b: { c_2: 2 } }],
  ["a new name that is taken", { "a.b": 1, a_b_2: 2, a_b: 3 }, { "a.b": 1, a_b_2: 2, a_b_3: 3 }],
  [
    "a new name that comes later",
    { "a.b": 1, a_b: 2, a_b_2: { c: 3 } },
    { "a.b": 1, a_b_3: 2, a_b_2: { c: 3 } },
  ],
  ["an attribute's look", { "audit.a": 1, body_audit_a: 2 }, { "audit.a": 1, body_audit_a_2: 2 }],
  ["no name and `_`", { "": 1, _: 2 }, { "": 1, __2: 2 }],
  ["lists are leaves", { "a.b": [1], a_b: [2] }, { "a.b": [1], a_b_2: [2] }],
])("%s", (_name, body, distinct) => {
  const before = JSON.stringify(body);
  expect(distinctBody(body)).toEqual(distinct);
  expect(JSON.stringify(distinctBody(body))).toBe(JSON.stringify(distinct));
  expect(JSON.stringify(body)).toBe(before);
});
