/** Keys of what two copies of a record seal differently. */
import { expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { differingFields } from "../../src/verify/differing-fields.ts";

const [SOME, OTHER] = ["s".repeat(43), "o".repeat(43)];
const attributes = {
  "audit.time": "2026-11-21T09:00:02.123456Z",
  "audit.action": "pause",
  "audit.reason": "loss is flat",
};
const plain: AuditRecord = { attributes, body: { note: "plateau" } };
/** The record, with these seals. */
const sealed = (fields: string, body = plain.body): AuditRecord => ({
  attributes: { ...attributes, "audit.integrity.fields": fields },
  body,
});
const given = (more: AuditRecord["attributes"]): AuditRecord => ({
  ...plain,
  attributes: { ...attributes, ...more },
});
const traced: AuditRecord = { ...plain, traceId: "0a", spanId: "0b" };

test.each<readonly [string, AuditRecord, AuditRecord, readonly string[]]>([
  ["nothing", plain, given({ "service.name": "x" }), []],
  ["a value", plain, given({ "audit.reason": "x" }), ["audit_reason"]],
  ["a value that only one has", plain, given({ "audit.outcome": "x" }), ["audit_outcome"]],
  ["a value of the body", plain, { attributes, body: { note: "x" } }, ["note"]],
  ["the time", plain, given({ "audit.time": "x" }), ["audit_time"]],
  ["no time", plain, given({ "audit.time": "" }), ["audit_time"]],
  ["no time in either", given({ "audit.time": "" }), given({ "audit.time": "" }), []],
  ["the action", plain, given({ "audit.action": "x" }), ["audit_action"]],
  ["a trace", plain, traced, ["span_id", "trace_id"]],
  ["another trace", traced, { ...traced, traceId: "0c" }, ["trace_id"]],
  ["another span", traced, { ...traced, spanId: "0c" }, ["span_id"]],
  ["an empty trace is none", plain, { ...plain, traceId: "", spanId: "" }, []],
  ["a second field with its key", plain, given({ audit_reason: "x" }), ["audit_reason"]],
  [
    "another second field",
    given({ audit_reason: "x" }),
    given({ audit_reason: "y" }),
    ["audit_reason"],
  ],
  [
    "another first field of two",
    given({ audit_reason: "x" }),
    given({ "audit.reason": "y", audit_reason: "x" }),
    ["audit_reason"],
  ],
  ["a commitment", sealed(`note:${SOME}`), sealed(`note:${OTHER}`), ["note"]],
  ["a commitment to what is not there", sealed(`x:${SOME}`), sealed(`x:${OTHER}`), ["x"]],
  ["a commitment in one alone", plain, sealed(`note:${SOME}`), ["note"]],
  [
    "only the value behind a commitment",
    sealed(`note:${SOME}`),
    sealed(`note:${SOME}`, { note: "x" }),
    [],
  ],
  ["a value that is named, and is open", sealed("note"), sealed("note", { note: "x" }), ["note"]],
  ["no list of seals in either", sealed("?"), sealed("?"), []],
  [
    "several, by key",
    plain,
    { attributes: { ...attributes, "audit.reason": "x" }, body: { a: 1 } },
    ["a", "audit_reason", "note"],
  ],
])("%s", (_name, left, right, keys) => {
  expect(differingFields(left, right)).toEqual(keys);
  expect(differingFields(right, left)).toEqual(keys);
});
