import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeFieldSeals,
  encodeFieldSeals,
  type FieldSeal,
  isCommitted,
} from "../../src/seal/field-seals.ts";

const commitment = "c".repeat(43);
const salt = "s".repeat(22);

test.each<readonly [string, readonly FieldSeal[], string]>([
  ["nothing", [], ""],
  ["an open field", [{ key: "a" }], "a"],
  ["a field with its salt", [{ key: "a", commitment, salt }], `a:${commitment}:${salt}`],
  ["a field without it", [{ key: "a", commitment }], `a:${commitment}`],
  [
    "several",
    [{ key: "A_1", commitment, salt }, { key: "b" }, { key: "c", commitment }],
    `A_1:${commitment}:${salt},b,c:${commitment}`,
  ],
  ["every character", [{ key: "_Az09" }], "_Az09"],
])("%s", (_name, seals, text) => {
  expect(encodeFieldSeals(seals)).toBe(text);
  expect(decodeFieldSeals(text)).toEqual(seals);
});

test("sorted by the code of their characters", () => {
  expect(decodeFieldSeals("b,a,_,B,a1,a_,Z,0")).toEqual(
    ["0", "B", "Z", "_", "a", "a1", "a_", "b"].map((key) => ({ key })),
  );
});

test("which is in the leaf as a commitment", () => {
  expect(isCommitted({ key: "a" })).toBe(false);
  expect(isCommitted({ key: "a", commitment })).toBe(true);
  expect(isCommitted({ key: "a", commitment, salt })).toBe(true);
});

describe("refused", () => {
  test.each([
    ["a comma alone", ","],
    ["a comma at the end", "a,"],
    ["a comma at the start", ",a"],
    ["no key", `:${commitment}`],
    ["a key with a dot", "a.b"],
    ["a key with a hyphen", "a-b"],
    ["a key with a space", "a b"],
    ["a space behind the comma", "a, b"],
    ["a line end behind it", "a\n"],
    ["a line end before it", "\na"],
    ["an empty commitment", "a:"],
    ["a short commitment", `a:${commitment.slice(1)}`],
    ["a long commitment", `a:${commitment}c`],
    ["a commitment in base64", `a:${"+".repeat(43)}`],
    ["a salt that is empty", `a:${commitment}:`],
    ["a short salt", `a:${commitment}:${salt.slice(1)}`],
    ["a long salt", `a:${commitment}:${salt}s`],
    ["a salt in base64", `a:${commitment}:${"/".repeat(22)}`],
    ["a salt without a commitment", `a:${salt}`],
    ["one part too many", `a:${commitment}:${salt}:x`],
    ["a key twice", "a,a"],
    ["a key twice, apart", `a,b,a:${commitment}`],
    ["a bad one behind a good one", "a,b!"],
  ])("%s", (_name, text) => expect(decodeFieldSeals(text)).toBeUndefined());
});

const token = (length: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[A-Za-z0-9_-]{${length}}$`));
const seal = fc
  .record({
    key: fc.stringMatching(/^[A-Za-z0-9_]{1,12}$/),
    commitment: fc.option(token(43), { nil: undefined }),
    salt: fc.option(token(22), { nil: undefined }),
  })
  .map((parts): FieldSeal => {
    if (parts.commitment === undefined) return { key: parts.key };
    const committed = { key: parts.key, commitment: parts.commitment };
    return parts.salt === undefined ? committed : { ...committed, salt: parts.salt };
  });

test("what was encoded is decoded, in whatever order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(seal, { selector: ({ key }) => key }), (seals) => {
      const sorted = seals.toSorted((left, right) => (left.key < right.key ? -1 : 1));
      expect(decodeFieldSeals(encodeFieldSeals(seals))).toEqual(sorted);
    }),
  );
});

test("any text is decoded or refused; what is decoded says the same again", () => {
  const part = fc.oneof(fc.constantFrom(":", ",", "a", "_", commitment, salt, "\n"), fc.string());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const seals = decodeFieldSeals(parts.join(""));
      if (seals !== undefined) expect(decodeFieldSeals(encodeFieldSeals(seals))).toEqual(seals);
    }),
    { numRuns: 1000 },
  );
});
