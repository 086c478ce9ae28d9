import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRe2 } from "../../src/lib/re2-pattern.ts";
import {
  hasAnchors,
  selfContained,
  withoutAnchors,
  withQuotesForAnchors,
} from "../../src/redact/collector-anchors.ts";

const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2 ** 31);

describe("a pattern of a name", () => {
  it.each([
    ["^zebra$", "zebra"],
    ["\\Azebra\\z", "zebra"],
    ["^a$|^b$", "a(?:)|(?:)b"],
    ["(^a|b)$", "((?:)a|b)"],
    ["(?i)^a$", "(?i)(?:)a"],
    ["^+a", "(?:)+a"],
    ["a{2^}", "a{2(?:)}"],
    ["\\^a\\$", "\\^a\\$"],
    ["[^$]x[$^]", "[^$]x[$^]"],
    ["[]^]a", "[]^]a"],
    ["[[:^alpha:]$]", "[[:^alpha:]$]"],
    ["\\p{^Greek}$", "\\p{^Greek}"],
    ["\\Q^a$\\E$", "\\^a\\$"],
    ["\\Q^a", "\\^a"],
  ])("%s without its anchors is %s", (given, wanted) => {
    expect(withoutAnchors(given)).toBe(wanted);
  });
});

describe("a pattern of a text", () => {
  it.each([
    ["^C-[0-9]{6}$", '["C-111111","C-222222"]', ["C-111111", "C-222222"]],
    ["EMP[0-9]{4}$", '["by EMP7777"]', ["EMP7777"]],
    ["(^|,)C-[0-9](,|$)", '["C-1"]', ["C-1"]],
    ["^(^C-[0-9]$|^D$)$", '["D","C-1"]', ["D", "C-1"]],
    ["(?i)^c-[0-9]", '["x","C-1 y"]', ["C-1"]],
  ])("%s finds in %s the texts that it finds alone", (pattern, list, gone) => {
    const found = textsFound(withQuotesForAnchors(pattern), list);
    for (const text of gone) expect(found.some((each) => each.includes(text))).toBe(true);
  });

  it("is as it was where it has none", () => {
    expect(hasAnchors("C-[^$]\\$")).toBe(false);
    expect(withQuotesForAnchors("C-[^$]\\$")).toBe("C-[^$]\\$");
  });
});

function textsFound(pattern: string, text: string): readonly string[] {
  return compileRe2(pattern, "test")
    .find(text)
    .map(({ start, end }) => text.slice(start, end));
}

/** Pieces of patterns, and what may join them. */
const atom = fc.constantFrom(
  "a",
  "b",
  "C",
  "[ab]",
  "[^b]",
  "\\Qa.\\E",
  "\\.",
  "(?:a|b)",
  "(b)",
  "a?",
  "b*",
);
const body = fc.array(atom, { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join(""));
const pattern = fc
  .array(fc.tuple(fc.constantFrom("", "^", "\\A"), body, fc.constantFrom("", "$", "\\z")), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((branches) => {
    const texts = branches.map((branch) => branch.join(""));
    return fc.constantFrom(texts.join("|"), `(${texts.join("|")})`, `(?i)(?:${texts.join("|")})`);
  });
const text = fc.string({ unit: fc.constantFrom("a", "b", "C", "."), minLength: 1, maxLength: 6 });

describe(`any pattern, seed ${seed}`, () => {
  it("of a name that it matches is found in a path with that name", () => {
    let count = 0;
    fc.assert(
      fc.property(pattern, text, (re2, name) => {
        if (!compileRe2(re2, "test").matches(name)) return;
        count += 1;
        const inPath = `(?:^|\\.)(?:${withoutAnchors(re2)})(?:\\.|$)`;
        for (const path of [name, `m.${name}`, `m.${name}.0`, `${name}.x.y`])
          expect([re2, path, textsFound(inPath, path).length > 0]).toEqual([re2, path, true]);
      }),
      { numRuns: 5000, seed },
    );
    expect(count).toBeGreaterThan(100);
  });

  it("of a text is found where the text stands in a list", () => {
    let count = 0;
    fc.assert(
      fc.property(pattern, text, (re2, value) => {
        if (textsFound(re2, value).length === 0) return;
        count += 1;
        for (const list of [[value], ["", value, "x"], [[value]]]) {
          const found = textsFound(withQuotesForAnchors(re2), JSON.stringify(list));
          expect([re2, list, found.length > 0]).toEqual([re2, list, true]);
        }
      }),
      { numRuns: 5000, seed },
    );
    expect(count).toBeGreaterThan(100);
  });

  it("is taken by RE2 as it was, alone and inside of another", () => {
    const anything = fc.string({
      unit: fc.constantFrom(
        ..."a b ^ $ \\ Q E A z p { } [ ] ( ) | * + ? : - . (?: [^ \\Q".split(" "),
      ),
      maxLength: 10,
    });
    let count = 0;
    fc.assert(
      fc.property(anything, (re2) => {
        if (!isRe2(re2)) return;
        count += 1;
        for (const made of [withoutAnchors(re2), selfContained(re2), withQuotesForAnchors(re2)])
          expect([re2, made, isRe2(`(?:${made})(?:b)`)]).toEqual([re2, made, true]);
        expect(compileRe2(selfContained(re2), "test").find("ab^$Q")).toEqual(
          compileRe2(re2, "test").find("ab^$Q"),
        );
      }),
      { numRuns: 6000, seed },
    );
    expect(count).toBeGreaterThan(200);
  });
});

function isRe2(re2: string): boolean {
  try {
    compileRe2(re2, "test");
    return true;
  } catch {
    return false;
  }
}
