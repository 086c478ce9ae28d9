/** Where files are cut: the pieces hold what the file holds, whatever the sizes are. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Block,
  decodeBlock,
  type FileProblem,
  type Form,
  type Found,
} from "../../src/read/index.ts";
import { encodeCsvRow, encodeJsonLine } from "../../src/format/index.ts";
import { type BlockOptions, createBlockCutter } from "../../src/read/portable.ts";
import { blockOf } from "../support/blocks.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { otlpRequest, TEXT_OF } from "../support/stored-forms.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const FORMS = Object.keys(TEXT_OF) as readonly Form[];

function cut(chunks: Iterable<Uint8Array>, options?: BlockOptions): (Block | FileProblem)[] {
  const cutter = createBlockCutter("file", options);
  const pieces: (Block | FileProblem)[] = [];
  for (const chunk of chunks) {
    pieces.push(...cutter.push(chunk));
    // What was pushed belongs to the caller again.
    chunk.fill(0);
  }
  return [...pieces, ...cutter.end()];
}

function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function foundIn(pieces: readonly (Block | FileProblem)[]): Found[] {
  return pieces.flatMap((piece) => {
    if ("kind" in piece) return [{ kind: piece.kind, message: piece.message, line: piece.line }];
    return [...decodeBlock(piece)];
  });
}

const records = [1, 2, 3, 4, 5, 6].map((sequence) =>
  sequence % 2 === 0
    ? { ...fullRecord, attributes: { ...fullRecord.attributes, "audit.count": sequence } }
    : resultRecord(STREAM, sequence, { "audit.reason": 'a\n"b"\u{1f600}' }),
);

describe("any sizes of chunks and blocks give what the file has", () => {
  const layouts: readonly (readonly [name: string, form: Form, text: string])[] = [
    ...FORMS.map((form) => [form, form, TEXT_OF[form](records)] as const),
    ["otlp, many lines", "otlp", records.map((record) => `${otlpRequest([record])}\n`).join("")],
    ["json-array, one line", "json-array", `[${records.map(encodeJsonLine).join(",")}]`],
    [
      "json-array, laid out",
      "json-array",
      JSON.stringify(JSON.parse(TEXT_OF["json-array"](records)), null, 2),
    ],
    ["json-lines, no end", "json-lines", TEXT_OF["json-lines"](records).trimEnd()],
  ];
  test.each(layouts)("%s", (_name, form, text) => {
    const whole = [...decodeBlock(blockOf(form, text))];
    expect(whole.filter(({ kind }) => kind === "record").length).toBeGreaterThanOrEqual(5);
    const sizes = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 9000 }));
    fc.assert(
      fc.property(sizes, ([chunkBytes, blockBytes]) => {
        const pieces = cut(chunksOf(bytesOf(text), chunkBytes), { blockBytes });
        expect(foundIn(pieces)).toEqual(whole);
        for (const piece of pieces)
          if (!("kind" in piece)) expect(piece.bytes.buffer.byteLength).toBe(piece.bytes.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe("what is too long is passed over", () => {
  const long = "x".repeat(400_000);
  const [one = "", two = ""] = records.map(encodeJsonLine);
  const row = encodeCsvRow(resultRecord(STREAM, 1));
  const request = otlpRequest([resultRecord(STREAM, 1)]);
  test.each<readonly [string, string, readonly string[]]>([
    ["a line", `${one}\n${long}\n${two}\n`, ["record 1", "problem 2", "record 3"]],
    [
      "the first line that is known",
      `${one}${" ".repeat(400_000)}\n${two}\n`,
      ["problem 1", "record 2"],
    ],
    ["the last line", `${one}\n${long}`, ["record 1", "problem 2"]],
    ["an item", `[${one},\n{"a":"${long}"},\n${two}]`, ["record 1", "problem 2", "record 3"]],
    ["a row", `${row}${long}\n${row}`, ["record 1", "problem 2", "record 3"]],
    [
      "a request",
      `${request}\n{"resourceLogs":["${long}"]}\n${request}`,
      ["record 1", "problem 2", "record 3"],
    ],
  ])("%s", (_what, text, expected) => {
    for (const chunkBytes of [999, 20_000]) {
      const sizes = { blockBytes: 1, maxLineBytes: 300_000 };
      const found = foundIn(cut(chunksOf(bytesOf(text), chunkBytes), sizes));
      expect(found.map(({ kind, line }) => `${kind} ${line}`)).toEqual(expected);
      expect(found.find(({ kind }) => kind === "problem")).toMatchObject({
        message: "longer than 300000 bytes: passed over",
      });
    }
  });
});

describe("the form is found by content", () => {
  const pretty = JSON.stringify(JSON.parse(TEXT_OF["json-lines"]([fullRecord])), null, 2);
  test.each<readonly [string, string, Form | RegExp]>([
    ...FORMS.map((form) => [form, TEXT_OF[form](records), form] as const),
    ["a record laid out", pretty, "json-array"],
    ["an empty list", "[]", "json-array"],
    ["a cut line first", `amp":"x"}\n${TEXT_OF["json-lines"](records)}`, "json-lines"],
    ["a torn journal", '{"timestamp":"2026', "json-lines"],
    ["a torn request", '{"resourceLogs":[{"res', "otlp"],
    ["a field with a dot", '{"audit.record.id":"S.1"}\n', "victorialogs"],
    ["logcli", '{"labels":{},"line":"{}","timestamp":"2026-01-01T00:00:00Z"}\n', "loki"],
    ["gzip", "\u001f\u008b\u0008", /compressed \(gzip\)/],
    ["Parquet", "PAR1\u0015\u0004", /it is Parquet.* -o jsonl$/],
    ["UTF-16", "\u00ff\u00fe{\u0000", /UTF-16/],
    ["five columns", "timestamp,action_type,status,details,error\r\n", /holds no record ids/],
    [
      "five keys",
      '[\n  {\n    "timestamp": "x",\n    "action_type": "y"\n  }\n]',
      /holds no record ids/,
    ],
    ["something else", "hello\nworld\n", /begins with "hello", which is no form/],
    ["another map", '{"a":1}\n', /no form of records/],
  ])("%s", (name, text, expected) => {
    const bytes =
      name === "gzip" || name === "UTF-16"
        ? Uint8Array.from(text, (unit) => unit.charCodeAt(0))
        : bytesOf(text);
    const [first] = cut([bytes]);
    if (first === undefined) throw new Error("nothing was found");
    const said = "kind" in first ? first.message : first.form;
    if (typeof expected === "string") expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  test.each(["", "\n\n", "\uFEFF", "  \r\n"])("nothing is in %j", (text) => {
    expect(cut([bytesOf(text)])).toEqual([]);
  });
});

test("a list without its end is said to be cut, and its items are there", () => {
  const text = TEXT_OF["json-array"](records).replace("\n]\n", "\n");
  const found = foundIn(cut([bytesOf(text)]));
  expect(found.map(({ kind }) => kind)).toEqual([...records.map(() => "record"), "problem"]);
  expect(found.at(-1)).toMatchObject({ message: "the list of records has no end: it was cut" });
});

test("a quote too many in a large CSV file costs its own row", () => {
  const reason = "r".repeat(20_000);
  const rows = Array.from({ length: 900 }, (_, at) =>
    encodeCsvRow(resultRecord(STREAM, at + 1, { "audit.reason": reason })),
  );
  rows[3] = (rows[3] ?? "").replace(",note_write", ',"note_write');
  const pieces = cut(chunksOf(bytesOf(TEXT_OF.csv([]) + rows.join("")), 1_000_000));
  const problems = foundIn(pieces).filter(({ kind }) => kind === "problem");
  expect(problems.map(({ line }) => line)).toEqual([5]);
  expect(foundIn(pieces)).toHaveLength(rows.length);
});
