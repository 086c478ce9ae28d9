/** The five-key shape: what is written is what is read, whatever the text. */
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeFiveCsvRow,
  encodeFiveJson,
  FIVE_CSV_HEADER,
  type FlatRecord,
  parseFiveJson,
  toFlat,
} from "../../src/format/index.ts";
import { resultRecord } from "../support/records.ts";

const STREAM = "AaaaaaaaaaaaaaaA";

function flatOf(details: FlatRecord["details"], error: string | null = null): FlatRecord {
  return { ...toFlat({ ...resultRecord(STREAM, 1), body: details }), error };
}

describe("as Python's json and csv write it", () => {
  test.each<[string, FlatRecord["details"], string]>([
    ["separators", { a: [1, { b: null }], c: {} }, '{"a": [1, {"b": null}], "c": {}}'],
    ["ASCII only", { k: "é😀\u2028\u007f\t" }, '{"k": "\\u00e9\\ud83d\\ude00\\u2028\\u007f\\t"}'],
    [
      "small numbers",
      { lr: 0.00001, x: 1.5e-7, y: 0.0001 },
      '{"lr": 1e-05, "x": 1.5e-07, "y": 0.0001}',
    ],
    ["tiny numbers", { x: -1e-100 }, '{"x": -1e-100}'],
    ["nothing", {}, ""],
  ])("%s", (_, details, cell) => {
    const [row] = parse(encodeFiveCsvRow(flatOf(details)));
    expect(row?.[3]).toBe(cell);
  });

  test("an event in the array is indented by two", () => {
    expect(encodeFiveJson(flatOf({ a: [], b: [1] }, "no"))).toBe(
      [
        "  {",
        '    "timestamp": "2026-05-27T14:30:01.000000Z",',
        `    "action_type": "${flatOf({}).action_type}",`,
        '    "status": "success",',
        '    "details": {',
        '      "a": [],',
        '      "b": [',
        "        1",
        "      ]",
        "    },",
        '    "error": "no"',
        "  }",
      ].join("\n"),
    );
  });

  test("header and rows end in CR LF", () => {
    expect(FIVE_CSV_HEADER).toBe("timestamp,action_type,status,details,error\r\n");
    expect(encodeFiveCsvRow(flatOf({}))).toMatch(/[^\r]\r\n$/);
  });
});

test.each(["", "{}", '{"a":1}', "[1]", '[{"timestamp":"x"}]', "not JSON"])(
  "%j is no array of events",
  (text) => expect(() => parseFiveJson(text)).toThrow("not an array of events"),
);

test("a key `__proto__` is a key like others", () => {
  const details = JSON.parse('{"__proto__":null}') as FlatRecord["details"];
  const item = encodeFiveJson(flatOf(details));
  expect(parseFiveJson(`[\n${item}\n]`)).toEqual([item]);
});

describe("properties", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const json = fc.jsonValue({ maxDepth: 3, stringUnit: "binary" });
  const plain = fc.dictionary(text, json, { maxKeys: 5 }).map(
    // As everything in a journal line: well-formed and without -0.
    (value) => JSON.parse(JSON.stringify(value)) as FlatRecord["details"],
  );

  test("JSON: the same event, the same bytes when it is written again", () => {
    fc.assert(
      fc.property(plain, fc.option(text), (details, error) => {
        const flat = flatOf(details, error);
        const item = encodeFiveJson(flat);
        const file = `[\n${item}\n]`;
        const { timestamp, action_type, status } = flat;
        expect(JSON.parse(file)).toEqual([{ timestamp, action_type, status, details, error }]);
        expect(parseFiveJson(file)).toEqual([item]);
        expect(/^[ -~\n]*$/.test(item)).toBe(true);
      }),
    );
  });

  test("CSV: five cells, details that parse, the error as it was", () => {
    fc.assert(
      fc.property(plain, text, (details, error) => {
        const [row] = parse(encodeFiveCsvRow(flatOf(details, error)));
        expect(row).toHaveLength(5);
        expect(row?.[3] === "" ? {} : (JSON.parse(row?.[3] ?? "") as unknown)).toEqual(details);
        const guard = /^[=+\-@\t\r']/.test(error) && !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(error);
        expect(row?.[4]).toBe(guard ? `'${error}` : error);
      }),
    );
  });
});
