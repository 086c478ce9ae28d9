/** What is no record, and why. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFlatLine, toFlat } from "../../src/format/index.ts";
import { flatProblem, isFlatRecord } from "../../src/format/flat-check.ts";
import { fullRecord } from "../support/records.ts";

const flat: Readonly<Record<string, unknown>> = { ...toFlat(fullRecord) };
const KEYS = [...Object.keys(flat), "resource", "unknown"];

test.each([
  [[], "a map is needed, here is a list"],
  [null, "a map is needed, here is null"],
  [{ ...flat, timestamp: undefined }, '"timestamp" is missing'],
  [{ ...flat, sequence: 1.5 }, '"sequence" must be a whole number, it is a number'],
  [{ ...flat, status: "SECRET" }, '"status" must be "success" or "failed", it is a text'],
  [{ ...flat, error: ["SECRET"] }, '"error" must be a text or null, it is a list'],
  [{ ...flat, details: "SECRET" }, '"details" must be a map, it is a text'],
  [{ ...flat, duration_ms: "1" }, '"duration_ms" must be a number, it is a text'],
  [
    { ...flat, attributes: { a: { b: "SECRET" } } },
    '"attributes" must be a map of texts, numbers, booleans and lists of texts, it is a map',
  ],
])("the reason names the key and never its value: %j", (value, reason) => {
  expect(flatProblem(value)).toBe(reason);
  expect(() => parseFlatLine(JSON.stringify(value))).toThrow(`not an audit record: ${reason}`);
});

test("there is a reason exactly where it is no record", () => {
  const seed = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 1e8);
  console.log(`seed ${seed} (repeat with AUDIT_TEST_SEED)`);
  const change = fc.dictionary(
    fc.constantFrom(...KEYS),
    fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constant({ a: ["b"] }), fc.string()),
    { maxKeys: 3 },
  );
  let refused = 0;
  fc.assert(
    fc.property(change, (changed) => {
      const value = { ...flat, ...changed };
      if (!isFlatRecord(value)) refused++;
      expect(flatProblem(value) === undefined).toBe(isFlatRecord(value));
    }),
    { seed, numRuns: 2000 },
  );
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(1990);
});
