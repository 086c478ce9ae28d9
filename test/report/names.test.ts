import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toFlat } from "../../src/format/index.ts";
import { createRenaming } from "../../src/report/documents/names/names.ts";
import type { FlatRecord } from "../../src/format/index.ts";
import { fullRecord } from "../support/records.ts";

function recordOf(
  more: Partial<FlatRecord>,
  attributes: FlatRecord["attributes"] = {},
): FlatRecord {
  return { ...toFlat(fullRecord), reason: "", source: "", attributes, details: {}, ...more };
}

const ann = recordOf(
  { actor_id: "ann", actor_type: "user", source: "10.0.0.7" },
  { "audit.actor.delegator.id": "carla", "audit.authorization.by": "Dr. D'Or <d@x.org>" },
);
const tuner = recordOf(
  { actor_id: "tuner", actor_type: "agent", target_type: "user", target_id: "bob" },
  { "user_agent.original": "grpc-node/1.2 (linux; x)", "client.address": "::1" },
);

describe("other names", () => {
  const { text, record } = createRenaming([ann, tuner, ann], [{ id: "eve@x.org", noun: "Person" }]);

  test.each([
    ["ann", "Person 1"],
    ["Ask Ann, or ANN's boss", "Ask Person 1, or Person 1's boss"],
    ["planning, annotator, hann, ann2", "planning, annotator, hann, ann2"],
    ["ann_k, user_ann", "Person 1_k, user_Person 1"],
    ["zed@corp.example at 10.1.2.3", "Person 6 at Address 3"],
    ["ann@corp.example", "Person 7"],
    ["zed@corp.example again", "Person 6 again"],
    ["carla/ann", "Person 2/Person 1"],
    ["see Dr. D'Or <d@x.org>.", "see Person 3."],
    ["from 10.0.0.7:80, not 10.0.0.70", "from Address 1:80, not Address 4"],
    ["[::1]:443", "[Address 2]:443"],
    ["agent grpc-node/1.2 (linux; x)!", "agent Client 1!"],
    ["tuner for bob", "Agent 1 for Person 4"],
    ["mail to eve@x.org", "mail to Person 5"],
    ["anonymous", "anonymous"],
    ["", ""],
  ])("%j", (given, expected) => expect(text(given)).toBe(expected));

  test("stand everywhere in a record but in what holds it together", () => {
    const renamed = record(
      recordOf(
        {
          actor_id: "bob",
          error: "ann may not",
          target_type: "ann",
          target_id: "x/ann",
          details: { ann: ["bob", { note: "by Ann", n: 1 }], before: { owner: "ann" } },
        },
        { "audit.actor.role": "ann", "audit.impact": "high", list: ["ann"] },
      ),
    );
    expect(renamed).toMatchObject({
      actor_id: "Person 4",
      error: "Person 1 may not",
      target_type: "ann",
      target_id: "x/Person 1",
      record_id: fullRecord.attributes["audit.record.id"],
      details: {
        "Person 1": ["Person 4", { note: "by Person 1", n: 1 }],
        before: { owner: "Person 1" },
      },
      attributes: { "audit.actor.role": "ann", "audit.impact": "high", list: ["Person 1"] },
    });
  });

  test("are of details too that name somebody", () => {
    const { text: other } = createRenaming([
      recordOf({ actor_id: "ann", details: { reviewer: "zoe" } }),
    ]);
    expect(other("zoe said so")).toBe("Person 2 said so");
  });

  test("leave no id behind that stands as a word", () => {
    const id = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((one) => /[\p{L}\p{N}]/u.test(one));
    fc.assert(
      fc.property(
        fc.uniqueArray(id, { minLength: 1, maxLength: 8 }),
        fc.string(),
        (ids, around) => {
          const { text: rename } = createRenaming(ids.map((one) => recordOf({ actor_id: one })));
          for (const one of ids) {
            if (one.toLowerCase() === "anonymous") continue;
            expect(rename(one)).toMatch(/^Person \d+$/);
            const words = rename(`${around} ⟨${one}⟩`);
            expect(words).not.toContain(`⟨${one}⟩`);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("twenty thousand ids with one first word take no more than their number", () => {
  const ids = Array.from({ length: 20_000 }, (_, at) => `user-${at}@example.org`);
  const named = ids.map((id) => ({ id, noun: "Person" }));
  const start = performance.now();
  const { text } = createRenaming([], named);
  for (const [at, id] of ids.entries())
    expect(text(`${id}, not xuser-${at}`)).toBe(`Person ${at + 1}, not xuser-${at}`);
  // Each held against each they take minutes.
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("the longest of several ids that stand there is the one", () => {
  const ids = ["ann", "ann-1", "@ann-1", "ann-1.b", "ann-12"];
  const { text } = createRenaming(
    [],
    ids.map((id) => ({ id, noun: "Person" })),
  );
  expect(text("by ann, ann-1, ann-1.b, ann-1.c, ann-12, ann-123, @ann-1")).toBe(
    "by Person 1, Person 2, Person 4, Person 2.c, Person 5, Person 1-123, Person 3",
  );
});
