import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normaliseMap } from "../../src/event/index.ts";

const ids = (length: number): string[] => Array.from({ length }, (_, at) => `s${at}`);

/** As docs/format.md says it, without the code under test. */
function digestOf(list: readonly (string | number)[]): string {
  return createHash("sha256")
    .update(`[${list.map((id) => JSON.stringify(id)).join()}]`)
    .digest("hex");
}

test("100 ids stay as they are", () => {
  expect(normaliseMap({ sample_ids: ids(100) })).toEqual({ sample_ids: ids(100) });
});

test("of 101 the first 100 stay, with their number and a digest of all", () => {
  expect(normaliseMap({ tag_name: "x", sample_ids: ids(101), z: 1 })).toEqual({
    tag_name: "x",
    sample_ids: ids(100),
    sample_ids_count: 101,
    sample_ids_digest: digestOf(ids(101)),
    z: 1,
  });
});

test("the digest is this one", () => {
  // printf '["s0",…,"s100"]' | sha256sum
  expect(normaliseMap({ ids: ids(101) })["ids_digest"]).toBe(
    "58dfa52384dfb860ce4ab5a03ddcfa58b4cf1465ef064cf68ec45d31ae24a81f",
  );
});

test.each<[name: string, isShortened: boolean]>([
  ["ids", true],
  ["sample_ids", true],
  ["samples_ids", true],
  ["userIds", true],
  ["origins", true],
  ["kids", false],
  ["bids", false],
  ["samples", false],
  ["ids_of", false],
])("a list called %s: %s", (name, isShortened) => {
  expect(`${name}_digest` in normaliseMap({ [name]: ids(101) })).toBe(isShortened);
});

test.each<[name: string, list: unknown, plain: readonly (string | number)[]]>([
  ["a set", new Set(ids(150)), ids(150)],
  [
    "numbers",
    Array.from({ length: 150 }, (_, at) => at),
    Array.from({ length: 150 }, (_, at) => at),
  ],
  [
    "big integers",
    Array.from({ length: 150 }, () => 2n ** 60n),
    Array.from({ length: 150 }, () => "1152921504606846976"),
  ],
  [
    "lone surrogates",
    Array.from({ length: 150 }, () => "\ud800"),
    Array.from({ length: 150 }, () => "\ufffd"),
  ],
  ["more than a record may hold", ids(50_000), ids(50_000)],
])("%s", (_name, list, plain) => {
  expect(normaliseMap({ ids: list })).toEqual({
    ids: plain.slice(0, 100),
    ids_count: plain.length,
    ids_digest: digestOf(plain),
  });
});

test("at every depth, before and after too", () => {
  const map = normaliseMap({ team: [{ user_ids: ids(200) }] });
  expect(map).toMatchObject({
    team: [{ user_ids_count: 200, user_ids_digest: digestOf(ids(200)) }],
  });
});

test("lists of maps are no ids", () => {
  const list = Array.from({ length: 150 }, () => ({ id: 1 }));
  expect(normaliseMap({ ids: list })).toEqual({ ids: list });
});

test.each<[name: string, before: object, after: object]>([
  ["before the list", { ids_count: "mine", ids_digest: "forged" }, {}],
  ["behind the list", {}, { ids_count: "mine", ids_digest: "forged" }],
])("fields of the same names, %s, are kept under another name", (_name, before, after) => {
  const map = normaliseMap({ ...before, ids: ids(101), ...after });
  expect(map).toMatchObject({
    ids_count: 101,
    ids_digest: digestOf(ids(101)),
    "body.ids_count": "mine",
    "body.ids_digest": "forged",
  });
});

test("a list that throws is marked, and nothing else is lost", () => {
  const list = new Proxy(ids(101), {
    get(target, key, receiver) {
      if (key === "50") throw new Error("no value");
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  expect(normaliseMap({ ids: list, next: 1 })).toEqual({ ids: "[unreadable: no value]", next: 1 });
});

describe("long texts", () => {
  test.each([
    ["a text within the limit", "x ".repeat(32_768), /^x x/],
    ["a longer one", "x ".repeat(32_769), /^\[cut: the first 654\d\d of 65538 characters\]x x/],
    ["without a border", "x".repeat(65_537), /^\[cut: the first 65472 of 65537 characters\]xx/],
    ["bytes", Buffer.alloc(49_001), /^\[cut: the first 49000 of 49001 bytes\]AAAA/],
  ])("%s", (_name, text, start) => {
    expect(normaliseMap({ text })["text"]).toMatch(start);
  });

  test("a cut falls between words, so that no half secret is left that no rule knows", () => {
    const text = `${"x ".repeat(32_700)}password=${"s".repeat(500)} end`;
    expect(normaliseMap({ text })["text"]).not.toContain("password");
  });

  test("all texts together are bounded, and each keeps its start", () => {
    const map = normaliseMap(Array.from({ length: 100 }, () => "y ".repeat(30_000)));
    const text = JSON.stringify(map);
    expect(text.length).toBeLessThan(300_000);
    expect(text.match(/\[cut: the first 6\d of 60000 characters\]y/g)?.length).toBeGreaterThan(80);
  });

  test("4 MB of many texts are as little as 4 MB of one", () => {
    const size = (value: unknown): number => JSON.stringify(normaliseMap({ value })).length;
    expect(size(Array.from({ length: 4000 }, () => "y ".repeat(500)))).toBeLessThan(1_000_000);
    const lists = Array.from({ length: 150 }, () => ({
      ids: Array.from({ length: 101 }, () => "y ".repeat(500)),
    }));
    expect(size(lists)).toBeLessThan(3_000_000);
  });

  test("a word that would be cut where it can be seen is left out", () => {
    const map = normaliseMap(Array.from({ length: 100 }, () => "y".repeat(60_000)));
    expect(JSON.stringify(map)).toContain('"[cut: the first 0 of 60000 characters]"');
  });

  test("no cut splits a character", () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 }), (shift) => {
        const { text } = normaliseMap({ text: "a".repeat(shift) + "😀".repeat(40_000) });
        expect(text).toMatch(/^\[cut: the first \d+ of \d+ characters\]a*(?:😀)+$/u);
      }),
    );
  });
});
