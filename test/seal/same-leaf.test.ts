/** One record, one leaf: in whatever order its names stand, and in whatever form it was kept. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditRecord, BodyMap, BodyValue } from "../../src/event/index.ts";
import {
  decodeCsvRows,
  decodeJsonLine,
  encodeCsvRow,
  encodeJsonLine,
} from "../../src/format/index.ts";
import { distinctBody } from "../../src/seal/distinct-body.ts";
import { leafText } from "../../src/seal/leaf.ts";
import { isBodyMap, sealedFieldsOf } from "../../src/seal/sealed-fields.ts";

const anyName = fc.oneof(
  fc.constantFrom("a", "b", "a.b", "a_b", "a_b_2", "audit.x", "body_audit_x", "", "_", "é", "_2"),
  fc.string({ unit: "grapheme", maxLength: 4 }).filter((name) => name !== "__proto__"),
);
const leaf = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.constantFrom("", "=1", "'", '"', "\n", ",", "\u2028", null, true, 0, -0, 1e-7, 1e21),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { body } = fc.letrec<{ body: BodyMap; value: BodyValue }>((tie) => ({
  body: fc.dictionary(anyName, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(fc.oneof(leaf, fc.dictionary(anyName, leaf, { maxKeys: 2, noNullPrototype: true })), {
      maxLength: 3,
    }),
    tie("body"),
  ),
}));
const record = fc
  .record({
    attributes: fc.record({
      "audit.reason": fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
      "audit.count": fc.integer(),
      "audit.redaction.rules": fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }),
      "rpc.method": fc.string({ minLength: 1, maxLength: 8 }),
    }),
    body,
  })
  .map(({ attributes, body: given }): AuditRecord => ({
    attributes: {
      "audit.time": "2026-11-21T09:00:02.123456Z",
      "audit.action": "pause",
      "audit.record.id": "AbCdEfGhIjKlMnOp.2",
      "audit.sequence.number": 2,
      "audit.record.kind": "result",
      ...attributes,
    },
    body: distinctBody(given),
  }));

const textOfLeaf = (of: AuditRecord): string => leafText(of, sealedFieldsOf(of), []);

test("after distinctBody no two fields have one key", () => {
  fc.assert(
    fc.property(record, (one) => {
      const keys = sealedFieldsOf(one).map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toEqual(keys.toSorted());
      for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_]+$/);
    }),
    { numRuns: 1000 },
  );
});

test("the order of attributes and of the body does not matter", () => {
  fc.assert(
    fc.property(record, (one) => {
      const attributes = Object.fromEntries(Object.entries(one.attributes).toReversed());
      const other = { attributes, body: reversed(one.body) };
      expect(textOfLeaf(other)).toBe(textOfLeaf(one));
    }),
    { numRuns: 500 },
  );
});

test("a line and a row give the same leaf", () => {
  fc.assert(
    fc.property(record, (one) => {
      expect(textOfLeaf(decodeJsonLine(encodeJsonLine(one)))).toBe(textOfLeaf(one));
      const [row] = decodeCsvRows(encodeCsvRow(one));
      if (row === undefined) throw new Error("there is one row");
      expect(textOfLeaf(row.record)).toBe(textOfLeaf(one));
    }),
    { numRuns: 500 },
  );
});

function reversed(map: BodyMap): BodyMap {
  return Object.fromEntries(
    Object.entries(map)
      .toReversed()
      .map(([name, value]) => [name, isBodyMap(value) ? reversed(value) : value]),
  );
}
