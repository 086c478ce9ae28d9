/** The leaf of a record as it stands on disk, by hand. */
import { expect, test } from "vitest";
import type { AttributeValue } from "../../src/event/index.ts";
import { leafOf } from "../../src/seal/leaf-of.ts";
import { sha256 } from "../support/fixed-stream.ts";

const COMMITMENT = "c".repeat(43);
const attributes = {
  "audit.record.id": "AbCdEfGhIjKlMnOp.2",
  "audit.time": "2026-11-21T09:00:02.123456Z",
  "audit.action": "pause",
  "audit.reason": "loss is flat",
};
const HEAD = '\0["audit-leaf/1","AbCdEfGhIjKlMnOp","2","2026-11-21T09:00:02.123456Z","pause","",""';

test.each<readonly [string, AttributeValue, string]>([
  ["fields without a commitment", "", `["audit_reason","loss is flat"],[]]`],
  ["a commitment", `audit_reason:${COMMITMENT}`, `[],["audit_reason","${COMMITMENT}"]]`],
  [
    "a commitment to what is not there any more",
    `note:${COMMITMENT}`,
    `["audit_reason","loss is flat"],["note","${COMMITMENT}"]]`,
  ],
])("%s", (_name, fields, rest) => {
  const record = { attributes: { ...attributes, "audit.integrity.fields": fields }, body: {} };
  expect(leafOf(record)).toEqual(sha256(`${HEAD},${rest}`));
});

test("a record that says nothing of its fields has them as they are", () => {
  const expected = sha256(`${HEAD},["audit_reason","loss is flat"],[]]`);
  expect(leafOf({ attributes, body: {} })).toEqual(expected);
});

test.each<readonly [string, AttributeValue]>([
  ["no list", "what?"],
  ["a key twice", "note,note"],
])("none where that is no list: %s", (_name, fields) => {
  const record = { attributes: { ...attributes, "audit.integrity.fields": fields }, body: {} };
  expect(leafOf(record)).toBeUndefined();
});
