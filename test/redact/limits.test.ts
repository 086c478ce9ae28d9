import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BodyValue } from "../../src/event/index.ts";
import { limitText } from "../../src/redact/cut.ts";
import { limitRecord, MAX_RECORD_BYTES, MAX_VALUE_BYTES } from "../../src/redact/index.ts";
import { jsonSize, jsonText } from "../../src/redact/json-text.ts";

const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

const size = (record: { attributes: object; body: object }): number =>
  Buffer.byteLength(JSON.stringify(record.attributes)) +
  Buffer.byteLength(JSON.stringify(record.body));
const many = (count: number, bytes: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`k${at}`, `${at}`.padEnd(bytes, "x")]),
  );
const jsonValues = fc.letrec<{ value: BodyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value")),
    fc.dictionary(fc.string(), tie("value")),
  ),
})).value;

describe("limitText", () => {
  it.each([
    ["4096 bytes stay", "a".repeat(4096)],
    ["1365 characters of three bytes stay", "€".repeat(1365)],
  ])("%s", (_, text) => {
    expect(limitText(text)).toBe(text);
  });

  it.each([
    ["ASCII", "a".repeat(4097)],
    ["three bytes each", "€".repeat(2000)],
    ["four bytes each", "😀".repeat(2000)],
  ])("cuts whole code points and says what there was: %s", (_, text) => {
    const cut = limitText(text);
    const marker = `…[cut: ${Buffer.byteLength(text)} bytes, sha256 ${digestOf(text)}]`;
    expect(cut.endsWith(marker)).toBe(true);
    expect(text.startsWith(cut.slice(0, -marker.length))).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    expect(Buffer.byteLength(cut)).toBeGreaterThan(MAX_VALUE_BYTES - 4);
  });
});

describe("limitRecord", () => {
  it("gives a small record back as it is", () => {
    const record = { attributes: { a: "b", list: ["c"] }, body: { after: { lr: 0.1 } } };
    expect(limitRecord(record)).toBe(record);
  });

  it("cuts long values of attributes, lists and keys", () => {
    const long = "x".repeat(10_000);
    const { attributes, body } = limitRecord({
      attributes: { a: long, list: [long] },
      body: { [long]: { b: [long] } },
    });
    expect(attributes["a"]).toMatch(/…\[cut: 10000 bytes, sha256 [\w-]{43}\]$/);
    expect(attributes["list"]).toEqual([attributes["a"]]);
    expect(body).toEqual({ [limitText(long)]: { b: [limitText(long)] } });
  });

  it.each<[string, Record<string, BodyValue>]>([
    ["many long texts", many(30, 4000)],
    ["very many short texts", many(20_000, 10)],
    [
      "a list of 100 000 numbers",
      { after: { values: Array.from({ length: 100_000 }, (_, at) => at) } },
    ],
    [
      "control characters, six bytes each in JSON",
      { a: { text: "\u0001".repeat(4000), more: many(20, 3000) } },
    ],
  ])("fits 64 KB: %s", (_, details) => {
    const given = { attributes: { "audit.reason": "because" }, body: { kept: "small", details } };
    const limited = limitRecord(given);
    expect(size(limited)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(size(limited)).toBeGreaterThan(MAX_RECORD_BYTES / 4);
    expect(limited.attributes).toEqual(given.attributes);
    expect(limited.body["kept"]).toBe("small");
    expect(JSON.stringify(limited.body)).toContain("…[cut: ");
  });

  it("fits attributes that are too many, and a map 10 000 levels deep", () => {
    expect(size(limitRecord({ attributes: many(100, 4000), body: {} }))).toBeLessThanOrEqual(
      MAX_RECORD_BYTES,
    );
    let body: Record<string, BodyValue> = { text: "x".repeat(4000) };
    for (let level = 0; level < 10_000; level++) body = { [`level${level}`]: body };
    expect(size(limitRecord({ attributes: {}, body }))).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  });

  it("always fits", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), jsonValues),
        fc.integer({ min: 1, max: 2000 }),
        (map, times) => {
          const body = Object.fromEntries(
            Array.from({ length: times }, (_, at) => [`n${at}`, map]),
          );
          expect(size(limitRecord({ attributes: {}, body }))).toBeLessThanOrEqual(MAX_RECORD_BYTES);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it("jsonText is JSON.stringify", () => {
  fc.assert(
    fc.property(jsonValues, (value) => {
      expect(jsonText(value)).toBe(JSON.stringify(value));
      expect(jsonSize(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
    }),
  );
});
