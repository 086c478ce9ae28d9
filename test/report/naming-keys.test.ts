import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldCase } from "../../src/report/documents/names/fold-case.ts";
import { namingKeyOf } from "../../src/report/documents/names/naming-keys.ts";

describe("a key", () => {
  test.each([
    ["reviewer", "Person", false],
    ["Reviewers", "Person", true],
    ["userId", "Person", false],
    ["user_ids", "Person", true],
    ["created_by", "Person", false],
    ["createdBy", "Person", false],
    ["requested_by_id", "Person", false],
    ["assigned_to", "Person", false],
    ["shared-with", undefined, false],
    ["on_behalf_of", "Person", false],
    ["email", "Person", false],
    ["owner.email", "Person", false],
    ["display_name", "Person", false],
    ["session_id", "Session", false],
    ["host.name", "Address", false],
    ["service_account", "Person", false],
    ["account_count", undefined, false],
    ["addresses", "Address", true],
    ["service", "Service", false],
    ["name", undefined, false],
    ["sorted_by", undefined, false],
    ["user_count", undefined, false],
    ["learning_rate", undefined, false],
    ["sample_ids", undefined, false],
    ["constructor", undefined, false],
    ["", undefined, false],
  ])("%s: %s", (key, noun, isPlural) =>
    expect(namingKeyOf(key)).toEqual(noun === undefined ? undefined : { noun, isPlural }),
  );
});

describe("letters of either case", () => {
  test.each([
    ["İlker", "ilker"],
    ["ΣΑΣ", "σασ"],
    ["ς", "σ"],
    ["Straße", "straße"],
    ["ANN", "ann"],
  ])("%s is %s", (text, folded) => expect(foldCase(text)).toBe(folded));

  test("leave a text as long as it was, whatever stands in it", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const folded = foldCase(text);
        expect(folded).toHaveLength(text.length);
        expect(foldCase(folded)).toBe(folded);
      }),
      { numRuns: 2000 },
    ));
});
