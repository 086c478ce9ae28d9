import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toFlat } from "../../src/format/index.ts";
import { createRenaming } from "../../src/report/documents/names/names.ts";
import type { FlatRecord } from "../../src/format/index.ts";
import { fullRecord } from "../support/records.ts";
import { processorMillisSince } from "../support/processor-time.ts";

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
            if (one.toLowerCase() === "anonymous" || /^\d{1,3}$/.test(one)) continue;
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
  const start = process.cpuUsage();
  const { text } = createRenaming([], named);
  for (const [at, id] of ids.entries())
    expect(text(`${id}, not xuser-${at}`)).toBe(`Person ${at + 1}, not xuser-${at}`);
  // Each held against each they take minutes.
  expect(processorMillisSince(start)).toBeLessThan(10_000);
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

test.each([
  ["prod/ann.smith wrote", "Person 2 wrote"],
  ["ann.smith/prod/ann.smith-jones", "Person 2/Person 3"],
  ["@ann.smithy, prod/ann.smithy", "@ann.smithy, Person 1.smithy"],
  ["PROD/ANN.SMITH", "Person 2"],
  ["by prod/ann and ann.smith", "by Person 1 and Person 2"],
  ["left.mid.right", "Person 5"],
  ["left.mid.right.far.off", "Person 6"],
])("ids that overlap leave nothing of each other: %j", (given, expected) => {
  const ids = ["prod/ann", "ann.smith", "smith-jones", "left.mid", "mid.right", "right.far.off"];
  const { text } = createRenaming(
    [],
    ids.map((id) => ({ id, noun: "Person" })),
  );
  expect(text(given)).toBe(expected);
});

test("ids that overlap leave none of them behind, whatever they are", () => {
  const part = fc.constantFrom("a", "bb", "c1", ".", "-", "/", "#", "Z");
  const made = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  const id = made.filter((one) => /[a-z\d]/i.test(one));
  fc.assert(
    fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 6 }), made, (ids, given) => {
      const { text } = createRenaming(
        [],
        ids.map((one) => ({ id: one, noun: "Person" })),
      );
      const lower = given.toLowerCase();
      // Where an id stands as words of their own, every letter of it is gone.
      const covered = new Set<number>();
      for (const one of ids.map((each) => each.toLowerCase()))
        for (let at = lower.indexOf(one); at >= 0; at = lower.indexOf(one, at + 1)) {
          const [before, behind] = [lower[at - 1] ?? "", lower[at + one.length] ?? ""];
          const isCut =
            /[a-z\d]{2}/.test(`${before}${one[0]}`) || /[a-z\d]{2}/.test(`${one.at(-1)}${behind}`);
          if (!isCut) for (let each = 0; each < one.length; each++) covered.add(at + each);
        }
      const kept = Array.from({ length: given.length }, (_, at) =>
        covered.has(at) ? "" : given.charAt(at),
      ).join("");
      expect(text(given).replaceAll(/Person \d+/g, "")).toBe(kept);
    }),
    { numRuns: 2000 },
  );
});

describe("a short number", () => {
  const one = recordOf({
    actor_id: "1",
    reason: "step 0.1 took 1 h, and 1",
    target_type: "experiment",
    target_id: "1",
    details: {
      user_id: "1",
      fold: "1",
      classes: { "1": "1" },
      owner: 1,
      count: 1,
      annotators: { "1": "x" },
    },
  });
  const { record, text, term } = createRenaming([
    one,
    recordOf({ actor_id: "4711", target_type: "user", target_id: "42" }),
    recordOf({ actor_id: "person" }),
  ]);

  test("that is somebody has another name in the fields that name somebody, and nowhere else", () => {
    expect(record(one)).toMatchObject({
      actor_id: "Person 1",
      reason: "step 0.1 took 1 h, and 1",
      target_id: "1",
      details: {
        user_id: "Person 1",
        fold: "1",
        classes: { "1": "1" },
        owner: "Person 1",
        count: 1,
        annotators: { "Person 1": "x" },
      },
    });
    expect(
      record(recordOf({ actor_id: "ann", target_type: "user", target_id: "42", source: "1" })),
    ).toMatchObject({ target_id: "Person 3", source: "Person 1" });
    expect(text("1 of 42 by 4711")).toBe("1 of 42 by Person 2");
  });

  test.each([
    ["actor:1", "actor:Person 1"],
    ["-actor:1,4711", "-actor:Person 1,Person 2"],
    ['details.user_id:"42"', 'details.user_id:"Person 3"'],
    ["target:42", "target:Person 3"],
    ["details.fold:1", "details.fold:1"],
    ["actor:10.1", "actor:10.1"],
    ["actor:1,person,2", "actor:Person 1,Person 4,2"],
    ["1", "1"],
  ])("in a term: %j", (given, expected) => expect(term(given)).toBe(expected));
});
