import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValue, AuditRecord, BodyMap } from "../../src/event/index.ts";
import { toBase64Url } from "../../src/lib/base64.ts";
import { decodeFieldSeals, isCommitted } from "../../src/seal/field-seals.ts";
import { commitmentText, leafText } from "../../src/seal/leaf.ts";
import { createRedactable } from "../../src/seal/redactable.ts";
import { createRecordSealer } from "../../src/seal/seal-record.ts";
import { sealedFieldsOf } from "../../src/seal/sealed-fields.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { sha256 } from "../support/fixed-stream.ts";

const sealRecord = createRecordSealer(
  createRedactable((action) => (action === "clear" ? [] : ["audit.actor.id", "note", "after"])),
);

function recordOf(body: BodyMap, more: Readonly<Record<string, AttributeValue>> = {}): AuditRecord {
  const attributes = {
    "audit.record.id": "AbCdEfGhIjKlMnOp.2",
    "audit.sequence.number": 2,
    "audit.time": "2026-11-21T09:00:02.123456Z",
    "audit.action": "pause",
    "audit.actor.id": "ann",
    ...more,
  };
  return { attributes, body };
}

/** Nothing that the writer used is used here: the record alone says what its leaf is. */
async function expectSound({ record, leaf }: ReturnType<typeof sealRecord>): Promise<void> {
  const seals = decodeFieldSeals(String(record.attributes["audit.integrity.fields"] ?? ""));
  if (seals === undefined) throw new Error("it has no seals");
  const fields = sealedFieldsOf(record);
  expect(toBase64Url(leaf)).toBe(toBase64Url(sha256(leafText(record, fields, seals))));
  for (const seal of seals.filter(isCommitted)) {
    const text = fields.find(({ key }) => key === seal.key)?.text ?? "";
    const hash = sha256(commitmentText(seal.salt ?? "", seal.key, text));
    expect(seal.commitment).toBe(toBase64Url(hash));
  }
  const [examined] = await createExaminer(createNodeCrypto()).examine([record]);
  expect(examined).toMatchObject({ sequence: 2, leaf, fields: [], doubts: [] });
}

describe("what is said of the fields", () => {
  test("a commitment, a name, or nothing", async () => {
    const sealed = sealRecord(recordOf({ note: "n", step: 7, after: { lr: 1 } }));
    const seals = decodeFieldSeals(String(sealed.record.attributes["audit.integrity.fields"]));
    expect(seals?.map((seal) => [seal.key, isCommitted(seal)])).toEqual([
      ["after_lr", true],
      ["audit_actor_id", true],
      ["note", true],
      ["step", false],
    ]);
    await expectSound(sealed);
  });
  test("nothing at all", async () => {
    const sealed = sealRecord(recordOf({}, { "audit.action": "clear" }));
    expect(sealed.record.attributes).not.toHaveProperty(["audit.integrity.fields"]);
    await expectSound(sealed);
  });
  test("somebody else's word for it is dropped", async () => {
    const sealed = sealRecord(
      recordOf({}, { "audit.action": "clear", "audit.integrity.fields": "note" }),
    );
    expect(sealed.record.attributes).not.toHaveProperty(["audit.integrity.fields"]);
    await expectSound(sealed);
  });
  test("a new salt each time", () => {
    const [one, two] = [sealRecord(recordOf({})), sealRecord(recordOf({}))].map(
      ({ record }) => record.attributes["audit.integrity.fields"],
    );
    expect(one).not.toBe(two);
  });
  test("the attributes are those that were given, and the body too", () => {
    const given = recordOf({ note: "n" });
    const { record } = sealRecord(given);
    expect(record.attributes).toBe(given.attributes);
    expect(record.body).toBe(given.body);
  });
});

describe("names that a store would take for one", () => {
  test("leaves of the body", async () => {
    const sealed = sealRecord(recordOf({ "a.b": 1, a: { b: 2 } }));
    expect(sealed.record.body).toEqual({ "a.b": 1, a: { b_2: 2 } });
    await expectSound(sealed);
  });
  test("attributes", async () => {
    const sealed = sealRecord(recordOf({ note: "n" }, { audit_actor_id: "eve" }));
    expect(sealed.record.attributes).toMatchObject({
      "audit.actor.id": "ann",
      audit_actor_id_2: "eve",
    });
    await expectSound(sealed);
  });
  test("both", async () => {
    const sealed = sealRecord(
      recordOf({ "a.b": 1, a_b: 2 }, { "audit.note": "one", "audit-note": "other" }),
    );
    await expectSound(sealed);
  });
});

test("records of all shapes, one after the other, through one sealer", async () => {
  const name = fc.constantFrom("note", "step", "after", "a.b", "a_b", "audit.x", "", "é");
  const value = fc.constantFrom<BodyMap[string]>("", "n", 0, null, true, [], ["x"], {}, { b: 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          action: fc.constantFrom("pause", "clear", "other"),
          reason: fc.constantFrom("", "why"),
          body: fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      async (parts) => {
        for (const { action, reason, body } of parts) {
          const more = { "audit.action": action, "audit.reason": reason };
          await expectSound(sealRecord(recordOf(body, more)));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a name is an attribute's in one record and a leaf's in the next", async () => {
  await expectSound(sealRecord(recordOf({}, { "audit.reason": "why" })));
  const { record, leaf } = sealRecord(recordOf({ "audit.reason": "why" }));
  expect(record.attributes["audit.integrity.fields"]).toMatch(/,body_audit_reason$/);
  await expectSound({ record, leaf });
});

test("more actions than are remembered", async () => {
  for (let at = 0; at < 1100; at++) {
    const sealed = sealRecord(recordOf({ note: at }, { "audit.action": `a${at}` }));
    if (at % 100 === 0) await expectSound(sealed);
  }
  await expectSound(sealRecord(recordOf({ note: 1 }, { "audit.action": "a0" })));
});
