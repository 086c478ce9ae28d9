/** What records say in plain English. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AuditRecord,
  BUILT_IN_ACTIONS,
  type BodyMap,
  createCatalogue,
  defineAction,
  normaliseMap,
  type RecordAttributes,
  sentenceOf,
} from "../../src/event/index.ts";

function recordOf(
  action: string,
  more: Readonly<Record<string, string | number>> = {},
  body: BodyMap = {},
): AuditRecord {
  return {
    attributes: {
      "audit.record.kind": "result",
      "audit.action": action,
      "audit.outcome": "success",
      "audit.actor.id": "ann",
      "audit.actor.type": "user",
      ...more,
    },
    body,
    service: "trainer",
  };
}

const restore = { checkpoint_id: "12" };

test.each<[name: string, record: AuditRecord, sentence: string]>([
  ["success", recordOf("checkpoint_restore", {}, restore), "ann restored checkpoint 12"],
  [
    "failure",
    recordOf(
      "checkpoint_restore",
      { "audit.outcome": "failure", "exception.message": "no such file." },
      restore,
    ),
    "ann tried to restore checkpoint 12, but it failed: no such file",
  ],
  [
    "failure without a text",
    recordOf(
      "checkpoint_restore",
      { "audit.outcome": "failure", "exception.message": "failed without an error text" },
      restore,
    ),
    "ann tried to restore checkpoint 12, but it failed",
  ],
  [
    "denied, with a reason",
    recordOf(
      "checkpoint_restore",
      {
        "audit.actor.id": "bob",
        "audit.outcome": "denied",
        "audit.reason": "loss is flat",
        "exception.message": "only owners may",
      },
      restore,
    ),
    "bob was denied permission to restore checkpoint 12 because loss is flat: only owners may",
  ],
  [
    "unknown",
    recordOf("checkpoint_restore", { "audit.outcome": "unknown" }, restore),
    "ann tried to restore checkpoint 12, and how it ended is not known",
  ],
  [
    "an intent",
    recordOf("checkpoint_restore", { "audit.record.kind": "intent" }, restore),
    "ann set out to restore checkpoint 12",
  ],
  [
    "a delivery",
    recordOf("checkpoint_restore", { "audit.record.kind": "delivery" }, restore),
    "ann did not get the reply to the call to restore checkpoint 12",
  ],
  [
    "several as one",
    recordOf("rpc_call", {
      "audit.actor.id": "anonymous",
      "audit.outcome": "denied",
      "audit.count": 57,
      "rpc.method": "a.B/C",
    }),
    "anonymous was denied permission to call a.B/C (57 times)",
  ],
  [
    "a start",
    recordOf("stream_start", { "audit.record.kind": "start" }),
    "trainer began its audit trail",
  ],
  [
    "a gap",
    recordOf("records_lost", {
      "audit.record.kind": "gap",
      "audit.count": 58,
      "exception.message": "disk full",
    }),
    "58 records were lost: disk full",
  ],
  [
    "a checkpoint",
    recordOf("x", { "audit.record.kind": "checkpoint" }),
    "the audit trail was signed up to here",
  ],
  [
    "an agent for a person",
    recordOf("pause", {
      "audit.actor.id": "tuner",
      "audit.actor.type": "agent",
      "audit.actor.delegator.id": "ann",
    }),
    "agent tuner (for ann) paused training",
  ],
  [
    "an unknown action",
    recordOf("widget_spin", { "audit.target.type": "widget", "audit.target.id": "w1" }),
    "ann did widget_spin on widget w1",
  ],
  [
    "an unknown action that failed",
    recordOf("widget_spin", { "audit.outcome": "failure", "exception.message": "stuck" }),
    "ann tried to do widget_spin, but it failed: stuck",
  ],
  [
    "several changes",
    recordOf(
      "hp_change",
      { "audit.target.type": "experiment", "audit.target.id": "exp-1" },
      {
        before: { rate: 0.1, steps: 5, tags: { removed: ["a"] }, gone: true },
        after: {
          rate: 0.2,
          steps: null,
          tags: { added: ["b", "c"] },
          name: "x y",
          nested: { a: 1 },
        },
      },
    ),
    'ann changed rate from 0.1 to 0.2, steps from 5 to nothing, tags (added b and c; removed a), name to "x y", gone from true to nothing and 1 more of experiment exp-1',
  ],
  ["no actor", { attributes: { "audit.action": "pause" }, body: {} }, "somebody paused training"],
  ["details that are missing", recordOf("mode_switch"), "ann switched the mode to (not given)"],
  [
    "long lists, counted",
    recordOf("tag_add", {}, { tag_name: "hard", sample_ids: ["a", "b", "c", "d", "e", "f"] }),
    "ann added tag hard to 6 samples",
  ],
  [
    "a shortened list, counted as it was",
    recordOf(
      "tag_add",
      {},
      { tag_name: "hard", sample_ids: ["a", "b"], sample_ids_count: 1000, sample_ids_digest: "x" },
    ),
    "ann added tag hard to 1000 samples",
  ],
])("%s", (_name, record, sentence) => expect(sentenceOf(record)).toBe(sentence));

test.each<[reason: string, purpose: string, wanted: string]>([
  ["ticket 4711", "ticket 4711", 'ann looked into the audit trail (lr) for "ticket 4711"'],
  [
    "review",
    "ticket 4711",
    'ann looked into the audit trail (lr) for "ticket 4711" because review',
  ],
  ["lr", "review", "ann looked into the audit trail (lr) for review"],
  ["look", "review", "ann looked into the audit trail (lr) for review because look"],
  [
    "long ".repeat(40).trim(),
    "long ".repeat(40).trim(),
    `ann looked into the audit trail (lr) for "${"long ".repeat(24).trim()}…" because ${"long ".repeat(40).trim()}`,
  ],
])("a reason that stands in the sentence is said once: %s", (reason, purpose, wanted) => {
  const attributes = {
    "audit.action": "audit_access",
    "audit.actor.id": "ann",
    "audit.outcome": "success",
    "audit.reason": reason,
  };
  expect(sentenceOf({ attributes, body: { purpose, scope: "lr" } })).toBe(wanted);
});

test("a sentence of an own action", () => {
  const deploy = defineAction({
    name: "widget_deploy",
    sentence:
      "{deployed|deploy} {target}[ to {regions:region}][ ({details.target})][, {wet:wet/dry}][ at {place.x.y}]",
  });
  const catalogue = createCatalogue([deploy]);
  const target = { "audit.target.id": "w1" };
  expect(
    sentenceOf(
      recordOf("widget_deploy", target, {
        regions: ["eu", "us"],
        target: "blue",
        wet: false,
        place: { x: { y: 7 } },
      }),
      catalogue,
    ),
  ).toBe("ann deployed w1 to 2 regions: eu and us (blue), dry at 7");
  expect(sentenceOf(recordOf("widget_deploy", target), catalogue)).toBe("ann deployed w1");
});

describe("hostile records", () => {
  const throwing = new Proxy(
    {},
    {
      get() {
        throw new Error("no");
      },
    },
  );
  const throwingBody = {
    get after() {
      throw new Error("no");
    },
  };
  test.each<[name: string, record: unknown]>([
    ["nothing", undefined],
    ["no attributes", {}],
    ["attributes that throw", { attributes: throwing, body: {} }],
    ["a body that throws", { attributes: { "audit.action": "hp_change" }, body: throwingBody }],
  ])("%s", (_name, record) => {
    expect(sentenceOf(record as AuditRecord)).toBe("an audit record that cannot be put into words");
  });

  test("a body of 100 000 levels, and one of 100 000 fields", () => {
    let deep: BodyMap = { end: 1 };
    for (let level = 0; level < 100_000; level++) deep = { deep };
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`f${at}`, at]));
    for (const after of [deep, wide]) {
      const sentence = sentenceOf(recordOf("hp_change", {}, { before: {}, after }));
      expect(sentence).toMatch(/^ann changed /);
      expect(sentence.length).toBeLessThan(2001);
    }
  });

  const kinds = ["result", "intent", "delivery", "gap", "start", "checkpoint", "other"];
  const attributes = fc.dictionary(
    fc.constantFrom(
      "audit.actor.id",
      "audit.actor.delegator.id",
      "audit.actor.type",
      "audit.reason",
      "audit.outcome",
      "audit.target.id",
      "audit.target.type",
      "audit.count",
      "exception.message",
      "rpc.method",
    ),
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("failure", "denied", "unknown", "\u001b[2J", "a\nb\r\u2028", "\u202eevil"),
      fc.nat(),
      fc.array(fc.string({ unit: "binary" }), { maxLength: 3 }),
    ),
  );
  const names = BUILT_IN_ACTIONS.map(({ name }) => name);
  // Keys that templates ask for, with any value.
  const keys = fc.constantFrom(
    ...BUILT_IN_ACTIONS.flatMap(({ sentence = "" }) => sentence.match(/\w+/g) ?? []),
    "before",
    "after",
    "__proto__",
    "\u0007",
  );
  const anyRecord = fc.record({
    action: fc.oneof(fc.constantFrom(...names), fc.string({ unit: "binary" })),
    kind: fc.constantFrom(...kinds),
    attributes,
    body: fc.dictionary(keys, fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), { maxKeys: 12 }),
  });

  test("every record is one line without controls, of bounded length, always the same", () => {
    fc.assert(
      fc.property(anyRecord, ({ action, kind, attributes: more, body }) => {
        const record: AuditRecord = {
          attributes: {
            ...(more as RecordAttributes),
            "audit.action": action,
            "audit.record.kind": kind,
          },
          body: normaliseMap(body),
        };
        const sentence = sentenceOf(record);
        expect(sentence).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(sentence.isWellFormed()).toBe(true);
        expect(sentence.length).toBeGreaterThan(3);
        expect(sentence.length).toBeLessThan(2002);
        expect(sentence).not.toContain("undefined");
        expect(sentence).not.toContain("[object");
        expect(sentenceOf(structuredClone(record))).toBe(sentence);
      }),
      { numRuns: 3000 },
    );
  });

  test("no template breaks its reader", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("{", "}", "[", "]", "|", "a", "?", ":", "/", ".", " ") }),
        (sentence) => {
          try {
            const own = defineAction({ name: "widget_spin", sentence });
            sentenceOf(recordOf("widget_spin", {}, { a: [1] }), createCatalogue([own]));
          } catch (error) {
            expect(error).toMatchObject({ name: "AuditError", code: "invalid_option" });
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
