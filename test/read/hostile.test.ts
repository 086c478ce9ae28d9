/** Text that somebody made to hurt: a problem of its line, or a record, and never an exception. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBlock, type Found } from "../../src/read/index.ts";
import type { AuditRecord } from "../../src/event/index.ts";
import { encodeCsvRow, encodeJsonLine } from "../../src/format/index.ts";
import type { Form } from "../../src/read/block.ts";
import { blockOf } from "../support/blocks.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { lokiAnswer, otlpRequest, TEXT_OF } from "../support/stored-forms.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const FORMS = Object.keys(TEXT_OF) as readonly Form[];

function decode(form: Form, text: string | Uint8Array): readonly Found[] {
  return [...decodeBlock(blockOf(form, text))];
}

function recordsOf(form: Form, text: string): readonly AuditRecord[] {
  return decode(form, text).flatMap((found) => (found.kind === "record" ? [found.record] : []));
}

const line = encodeJsonLine(fullRecord);
const row = encodeCsvRow({
  ...fullRecord,
  attributes: { ...fullRecord.attributes, "audit.reason": "x" },
});
const otlp = otlpRequest([fullRecord]);
const loki = lokiAnswer([fullRecord]);

describe("hostile text is a problem of its line", () => {
  const deep = (open: string, close: string, levels: number): string =>
    `${open.repeat(levels)}1${close.repeat(levels)}`;

  test.each<readonly [string, Form, string | Uint8Array, RegExp]>([
    [
      "deep details",
      "json-lines",
      `${line.replace('"rate":0.2', `"rate":${deep("[", "]", 200)}`)}\n`,
      /deeper than 128/,
    ],
    [
      "very deep details",
      "json-lines",
      `${line.replace('"rate":0.2', `"rate":${deep('{"a":', "}", 200_000)}`)}\n`,
      /deeper than 128/,
    ],
    [
      "a deep item",
      "json-array",
      `[${line.replace('"rate":0.2', `"rate":${deep('{"a":', "}", 5000)}`)}]`,
      /deeper than 128/,
    ],
    [
      "a deep cell",
      "csv",
      row.replace('""rate"":0.2', `""rate"":${deep("[", "]", 5000)}`),
      /deeper than 128/,
    ],
    [
      "a deep body",
      "otlp",
      otlp.replace('{"doubleValue":0.2}', deep('{"arrayValue":{"values":[', "]}}", 150)),
      /deeper than 128/,
    ],
    [
      "a very deep body",
      "otlp",
      otlp.replace('{"doubleValue":0.2}', deep('{"arrayValue":{"values":[', "]}}", 50_000)),
      /deeper than/,
    ],
    ["a deep line", "loki", loki.replace("0.1}", `${deep("[", "]", 5000)}}`), /deeper than 128/],
    ["bytes that are no UTF-8", "json-lines", brokenBytes(`${line}\n`), /not UTF-8/],
    ["bytes that are no UTF-8", "json-array", brokenBytes(`[${line}]`), /not UTF-8/],
    ["bytes that are no UTF-8", "csv", brokenBytes(row), /not UTF-8/],
    ["bytes that are no UTF-8", "otlp", brokenBytes(otlp), /not UTF-8/],
    ["bytes that are no UTF-8", "loki", brokenBytes(loki), /not UTF-8/],
    [
      "an empty record id",
      "json-lines",
      `${line.replace(/"record_id":"[^"]*"/, '"record_id":""')}\n`,
      /record_id is empty/,
    ],
  ])("%s (%s)", (_what, form, text, message) => {
    expect(decode(form, text)).toEqual([
      { kind: "problem", line: 1, message: expect.stringMatching(message) as string },
    ]);
  });

  function brokenBytes(text: string): Uint8Array {
    const bytes = new TextEncoder().encode(text.replace("ann", "a\u00e9n"));
    bytes[bytes.indexOf(0xc3)] = 0xff;
    return bytes;
  }

  test("names that objects have of their own are names", () => {
    const body = JSON.parse(
      '{"__proto__":{"a":1},"constructor":2,"list":[{"__proto__":3}]}',
    ) as AuditRecord["body"];
    const record = { ...resultRecord(STREAM, 1), body };
    for (const form of ["json-lines", "json-array", "csv", "loki"] as const)
      expect(JSON.stringify(recordsOf(form, TEXT_OF[form]([record]))[0]?.body)).toBe(
        JSON.stringify(body),
      );
    const pair = (key: string, value: object): object => ({ key, value });
    const kvlistValue = {
      values: [pair("__proto__", { kvlistValue: { values: [pair("a", { intValue: "1" })] } })],
    };
    const text = otlpRequest([resultRecord(STREAM, 1)]).replace(
      '"body":{"kvlistValue":{"values":[]}}',
      `"body":${JSON.stringify({ kvlistValue })}`,
    );
    expect(JSON.stringify(recordsOf("otlp", text)[0]?.body)).toBe('{"__proto__":{"a":1}}');
  });
});

describe("no bytes make a decoder throw, or give a record without an id", () => {
  const pieces = fc.constantFrom(
    ..."{}[]\",:\n\r \\'=-0e9".split(""),
    "null",
    "\uFEFF",
    "\u2028",
    '"\\ud800"',
    "__proto__",
    "1e999",
    '{"timestamp":',
    '{"resourceLogs":[',
    '"audit.record.id":"S.1"',
    '"stringValue":',
    '"values":[',
    "2026-05-27T14:30:00",
    ...["json-lines", "csv", "otlp", "victorialogs", "loki"].map((form) =>
      TEXT_OF[form as Form]([fullRecord]),
    ),
  );
  const text = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));
  /** A file that is one, but for a piece that was cut out of it and one that was put in. */
  const changed = (form: Form): fc.Arbitrary<string> =>
    fc.tuple(fc.nat(), fc.nat({ max: 30 }), pieces).map(([place, length, piece]) => {
      const whole = TEXT_OF[form]([fullRecord, resultRecord(STREAM, 8), fullRecord]);
      const at = place % whole.length;
      return whole.slice(0, at) + piece + whole.slice(at + length);
    });

  test.each(FORMS)("%s", (form) => {
    const bytes = fc.oneof(
      text.map((all) => new TextEncoder().encode(all)),
      changed(form).map((all) => new TextEncoder().encode(all)),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(bytes, (all) => {
        for (const found of decode(form, all)) {
          expect(found.line).toBeGreaterThan(0);
          if (found.kind === "record")
            expect(String(found.record.attributes["audit.record.id"])).not.toMatch(
              /^(?:undefined)?$/,
            );
        }
      }),
      { numRuns: 400 },
    );
  });

  test.each(FORMS)("%s: the same bytes give the same", (form) => {
    fc.assert(
      fc.property(changed(form), (all) => {
        expect(decode(form, all)).toEqual(decode(form, all));
      }),
      { numRuns: 50 },
    );
  });
});
