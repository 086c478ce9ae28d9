/** Records through each form and back; what the text says in contradiction; what is no record. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeBlock, type Found, readRecords } from "../../src/read/index.ts";
import type { AuditRecord } from "../../src/event/index.ts";
import type { Form } from "../../src/read/block.ts";
import { blockOf } from "../support/blocks.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { lokiMetadata, otlpRequest, TEXT_OF } from "../support/stored-forms.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const FORMS = Object.keys(TEXT_OF) as readonly Form[];

function decode(form: Form, text: string | Uint8Array): readonly Found[] {
  return [...decodeBlock(blockOf(form, text))];
}

function doubtsOf(form: Form, text: string): readonly (readonly string[])[] {
  return decode(form, text).map((found) =>
    found.kind === "record" ? found.doubts : [`no record: ${found.message}`],
  );
}

function recordsOf(form: Form, text: string): readonly AuditRecord[] {
  return decode(form, text).flatMap((found) => (found.kind === "record" ? [found.record] : []));
}

const odd = (sequence: number, more: Partial<AuditRecord>): AuditRecord => ({
  ...resultRecord(STREAM, sequence, {
    "audit.reason": '"a",\n=b\u2028\u0000 \\ <&>',
    ...more.attributes,
  }),
  service: "trainer",
  body: {
    "a.b": { "": 1e-7, c: null },
    list: [1, "", null, [], { x: { y: [{}] } }, true],
    "\u{1f600}": 5e-324,
    n: -9007199254740991,
  },
  ...(more.traceId === undefined ? {} : { traceId: more.traceId }),
  ...(more.spanId === undefined ? {} : { spanId: more.spanId }),
});
const RECORDS: readonly AuditRecord[] = [
  fullRecord,
  odd(8, { attributes: { "audit.count": 3, "audit.actor.role.permitted": false } }),
  odd(9, { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }),
];

describe("records are the same after", () => {
  test.each(FORMS)("%s", (form) => {
    const expected = RECORDS.map((record) => ({
      ...record,
      ...(form === "victorialogs" ? { body: {} } : {}),
      ...(form === "otlp" ? { resource: { "service.name": "trainer" } } : {}),
    }));
    const text = TEXT_OF[form](RECORDS);
    expect(doubtsOf(form, text)).toEqual(RECORDS.map(() => []));
    expect(recordsOf(form, text)).toEqual(expected);
  });

  test.each([
    ["json-array", "laid out", (text: string) => JSON.stringify(JSON.parse(text), null, 2)],
    ["json-array", "on one line", (text: string) => JSON.stringify(JSON.parse(text))],
    ["otlp", "laid out", (text: string) => JSON.stringify(JSON.parse(text), null, 2)],
    ["otlp", "without a line end", (text: string) => text.trimEnd()],
    ["otlp", "among blank lines", (text: string) => `\n\n${text}\n\n`],
    ["loki", "laid out", (text: string) => JSON.stringify(JSON.parse(text), null, 2)],
    ...FORMS.map(
      (form) => [form, "with CR LF", (text: string) => text.replaceAll("\n", "\r\n")] as const,
    ),
    ...FORMS.map(
      (form) => [form, "behind a byte order mark", (text: string) => `\uFEFF${text}`] as const,
    ),
    ["csv", "with every cell quoted", quoteCells],
    ["csv", "without its header", (text: string) => text.slice(text.indexOf("\n") + 1)],
  ] as const)("%s %s", async (form, _how, change) => {
    // A line end within a cell would become another one.
    const records = RECORDS.map((record) => ({
      ...record,
      attributes: { ...record.attributes, "audit.reason": "plain" },
    }));
    const before = recordsOf(form, TEXT_OF[form](records));
    expect(before).toHaveLength(records.length);
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, change(TEXT_OF[form](records)));
    const found: unknown[] = [];
    for await (const item of readRecords(file)) found.push(item);
    expect(found).toMatchObject(
      before.map((record) => ({ kind: "record", record, doubts: [], file })),
    );
  });
});

/** As the Collector writes them. */
function quoteCells(text: string): string {
  return text
    .split("\n")
    .map((line) =>
      line
        .replace(
          /("(?:[^"]|"")*"|[^,]*)(,|$)/g,
          (_, cell: string, end: string) => `${cell.startsWith('"') ? cell : `"${cell}"`}${end}`,
        )
        .replace(/,?""$/, (tail) => (line.endsWith(",") ? tail : "")),
    )
    .join("\n");
}

test("values of OTLP that JSON has no type for", () => {
  const values: readonly (readonly [object, unknown])[] = [
    [{ intValue: "9007199254740993" }, "9007199254740993"],
    [{ intValue: "-5" }, -5],
    [{ doubleValue: "NaN" }, "NaN"],
    [{ doubleValue: "-Infinity" }, "-Infinity"],
    [{ bytesValue: "AQI=" }, "AQI="],
    [{}, null],
    [{ arrayValue: {} }, []],
    [{ kvlistValue: {} }, {}],
    [{ boolValue: false }, false],
  ];
  const pairs = values.map(([value], at) => ({ key: `k${at}`, value }));
  const text = otlpRequest([resultRecord(STREAM, 1)]).replace(
    '"body":{"kvlistValue":{"values":[]}}',
    `"body":${JSON.stringify({ kvlistValue: { values: pairs } })}`,
  );
  const [record] = recordsOf("otlp", text);
  expect(Object.values(record?.body ?? {})).toEqual(values.map(([, value]) => value));
});

test("what logcli prints, and metadata among the labels", () => {
  const record = odd(1, {});
  const labels = { service_name: "trainer", ...lokiMetadata(record) };
  const timestamp = "2026-05-27T16:30:01+02:00";
  const text = JSON.stringify(record.body);
  expect(recordsOf("loki", `${JSON.stringify({ labels, line: text, timestamp })}\n`)).toEqual([
    record,
  ]);
  const result = [{ stream: labels, values: [["1779892201000000000", text]] }];
  expect(
    doubtsOf(
      "loki",
      JSON.stringify({ status: "success", data: { resultType: "streams", result } }),
    ),
  ).toEqual([[]]);
});
