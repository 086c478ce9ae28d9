import { describe, expect, test } from "vitest";
import type { BodyValue } from "../../src/event/index.ts";
import {
  attributeKeyOf,
  bodyKeyOf,
  isBodyMap,
  keyOf,
  SEALED_PREFIXES,
  sealedFieldsOf,
  textOf,
} from "../../src/seal/sealed-fields.ts";

test("the prefixes of format version 1", () => {
  expect(SEALED_PREFIXES).toEqual([
    "audit.",
    "rpc.",
    "client.",
    "error.",
    "exception.",
    "user_agent.",
  ]);
});

describe("keyOf", () => {
  test.each([
    ["audit.actor.id", "audit_actor_id"],
    ["Az09_", "Az09_"],
    ["a-b c", "a_b_c"],
    ["größe", "gr__e"],
    ["😀", "_"],
    ["a😀b", "a_b"],
    ["\n", "_"],
    ["..", "__"],
    ["", "_"],
  ])("%j", (name, key) => expect(keyOf(name)).toBe(key));
});

describe("attributeKeyOf", () => {
  test.each([
    ["audit.reason", "audit_reason"],
    ["audit_reason", "audit_reason"],
    ["rpc.method", "rpc_method"],
    ["client.port", "client_port"],
    ["error.type", "error_type"],
    ["exception.message", "exception_message"],
    ["user_agent.original", "user_agent_original"],
    ["audit.integrity.incomplete", "audit_integrity_incomplete"],
    // What only looks like them is a field.
    ["audit_time", "audit_time"],
    ["audit.integrity_fields", "audit_integrity_fields"],
    ["audit.record.id", null],
    ["audit.sequence.number", null],
    ["audit.time", null],
    ["audit.action", null],
    ["audit.integrity.fields", null],
    ["audit", null],
    ["auditor.name", null],
    ["service.name", null],
    ["user.agent", null],
    ["my.audit.reason", null],
    ["", null],
  ])("%s", (name, key) => {
    expect(attributeKeyOf(name)).toBe(key);
    // Asked again it comes from memory.
    expect(attributeKeyOf(name)).toBe(key);
  });
});

describe("bodyKeyOf", () => {
  test.each([
    ["note", "note"],
    ["after.learning.rate", "after_learning_rate"],
    ["audit", "audit"],
    ["auditor", "auditor"],
    ["audit.note", "body_audit_note"],
    ["audit_", "body_audit_"],
    ["rpc.x", "body_rpc_x"],
    ["client_id", "body_client_id"],
    ["error.type", "body_error_type"],
    ["exception.message", "body_exception_message"],
    ["user_agent.original", "body_user_agent_original"],
    ["body.audit.note", "body_audit_note"],
    ["after.audit.note", "after_audit_note"],
    ["", "_"],
    ["after.", "after_"],
  ])("%s", (path, key) => {
    expect(bodyKeyOf(path)).toBe(key);
    expect(bodyKeyOf(path)).toBe(key);
  });
  test("many names are not mixed up", () => {
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 5000; at++) {
        expect(bodyKeyOf(`n.${at}`)).toBe(`n_${at}`);
        expect(attributeKeyOf(`audit.n.${at}`)).toBe(`audit_n_${at}`);
      }
    }
  });
});

describe("textOf", () => {
  test.each<readonly [string, BodyValue | undefined, string]>([
    ["a text", " a\n", " a\n"],
    ["an empty text", "", ""],
    ["a whole number", 12, "12"],
    ["a negative one", -1, "-1"],
    ["minus zero", -0, "0"],
    ["a fraction", 0.1, "0.1"],
    ["a small one", 1e-7, "1e-7"],
    ["a large one", 1e21, "1e+21"],
    ["the largest whole one", 9007199254740991, "9007199254740991"],
    ["true", true, "true"],
    ["false", false, "false"],
    ["null", null, ""],
    ["nothing", undefined, ""],
    ["an empty list", [], "[]"],
    ["a list", ["b", 1, null, { z: "", a: [] }], '["b",1,null,{"a":[],"z":""}]'],
    ["a list of texts", ["email", "key:password"], '["email","key:password"]'],
    ["an empty map", {}, "{}"],
  ])("%s", (_name, value, text) => expect(textOf(value)).toBe(text));
});

test("a list is a leaf, a map is none", () => {
  const values: readonly (BodyValue | undefined)[] = [{}, { a: 1 }, [], null, undefined, "a", 1];
  expect(values.map(isBodyMap)).toEqual([true, true, false, false, false, false, false]);
});

test("the fields of a record, by key", () => {
  const fields = sealedFieldsOf({
    attributes: {
      "rpc.method": "a.B/C",
      "audit.time": "t",
      "audit.outcome": "success",
      "service.name": "trainer",
      "client.port": 0,
      "audit.reason": "",
      "audit.redaction.rules": [],
      "audit.integrity.fields": "x",
    },
    body: {
      note: "n",
      after: { lr: 0.1, deep: { er: false, none: null } },
      none: {},
      list: [{ a: 1 }],
      audit: { note: "m" },
    },
  });
  expect(fields).toEqual([
    { key: "after_deep_er", text: "false", name: "after.deep.er", isBody: true },
    { key: "after_lr", text: "0.1", name: "after.lr", isBody: true },
    { key: "audit_outcome", text: "success", name: "audit.outcome", isBody: false },
    { key: "audit_redaction_rules", text: "[]", name: "audit.redaction.rules", isBody: false },
    { key: "body_audit_note", text: "m", name: "audit.note", isBody: true },
    { key: "client_port", text: "0", name: "client.port", isBody: false },
    { key: "list", text: '[{"a":1}]', name: "list", isBody: true },
    { key: "note", text: "n", name: "note", isBody: true },
    { key: "rpc_method", text: "a.B/C", name: "rpc.method", isBody: false },
  ]);
});
