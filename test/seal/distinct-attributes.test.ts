import { expect, test } from "vitest";
import type { AttributeValue } from "../../src/event/index.ts";
import { makeDistinct } from "../../src/seal/distinct-attributes.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

test.each<readonly [string, Attributes, Attributes]>([
  ["nothing", {}, {}],
  [
    "no clash",
    { "audit.reason": "a", "rpc.method": "b" },
    { "audit.reason": "a", "rpc.method": "b" },
  ],
  [
    "the name with dots stays",
    { audit_reason: "b", "audit.reason": "a" },
    { audit_reason_2: "b", "audit.reason": "a" },
  ],
  [
    "three",
    { "audit.x": 1, "audit-x": 2, audit_x: 3 },
    { "audit-x": 2, "audit.x_2": 1, audit_x_3: 3 },
  ],
  [
    "a new name that is taken",
    { "audit.x": 1, audit_x: 2, "audit.x.2": 3 },
    { "audit.x": 1, "audit.x.2": 3, audit_x_3: 2 },
  ],
  ["what is not sealed", { "a.b": 1, a_b: 2 }, { "a.b": 1, a_b: 2 }],
  ["what is no field", { "audit.time": 1, audit_time: 2 }, { "audit.time": 1, audit_time: 2 }],
])("%s", (_name, given, distinct) => {
  const attributes: Record<string, AttributeValue> = { ...given };
  makeDistinct(attributes);
  expect(attributes).toEqual(distinct);
});
