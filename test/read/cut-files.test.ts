/** Files that end within a record, as SIGKILL, a full disk or a reader that comes early leave them. */
import { expect, test } from "vitest";
import { decodeBlock, type Form, type Found } from "../../src/read/index.ts";
import { encodeCsvRow, encodeJsonLine } from "../../src/format/index.ts";
import { createBlockCutter } from "../../src/read/portable.ts";
import { resultRecord } from "../support/records.ts";
import { otlpRequest, TEXT_OF } from "../support/stored-forms.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
/** Text of more than one byte, and line ends, one of which looks like the start of a row. */
const REASON = { "audit.reason": 'é"\n2026-11-21T05:54:09 it, failed\r\n\u{1f600}' };
const records = [resultRecord(STREAM, 1), resultRecord(STREAM, 2, REASON)];

/** What stands in a file. */
function read(bytes: Uint8Array): readonly Found[] {
  const cutter = createBlockCutter("file");
  return [...cutter.push(bytes), ...cutter.end()].flatMap((piece) =>
    "kind" in piece ? [piece] : [...decodeBlock(piece)],
  );
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const WHOLE: readonly (readonly [Form, string])[] = [
  ["json-lines", TEXT_OF["json-lines"](records)],
  ["csv", TEXT_OF.csv(records)],
  ["csv", quoted(TEXT_OF.csv(records))],
  ["otlp", records.map((record) => `${otlpRequest([record])}\n`).join("")],
];
/** With quotes around cells that need none, as the Collector writes them. */
function quoted(text: string): string {
  const [header = "", first = "", ...rest] = text.split("\n");
  const ofHeader = header.replaceAll(/[^,]+/g, '"$&"');
  return [ofHeader, first.replaceAll(/,(?=,)/g, ',""'), ...rest].join("\n");
}

test.each(WHOLE)("%s: cut at any byte, nothing is wrong with what is there", (_form, text) => {
  const bytes = bytesOf(text);
  const counts = new Set<number>();
  for (let size = 0; size <= bytes.length; size++) {
    const found = read(bytes.slice(0, size));
    const wrong = found.filter((item) =>
      item.kind === "problem" ? item.isCut !== true : item.doubts.length > 0,
    );
    expect(wrong, `at byte ${size} of ${bytes.length}`).toEqual([]);
    const count = found.filter(({ kind }) => kind === "record").length;
    expect(found.length - count).toBeLessThanOrEqual(1);
    counts.add(count);
    // Whole without its line end already.
    if (size >= bytes.length - 1) expect(count).toBe(2);
  }
  expect(counts).toEqual(new Set([0, 1, 2]));
});

const line = encodeJsonLine(resultRecord(STREAM, 3));
const row = encodeCsvRow(resultRecord(STREAM, 3)).trimEnd();
const request = otlpRequest([resultRecord(STREAM, 3)]);
const nameless = otlpRequest([{ attributes: {}, body: {} }]);

test.each<readonly [string, Form, string, readonly (number | string)[]]>([
  ["a whole line", "json-lines", line, [3]],
  ["a whole line, and white space", "json-lines", `${line} \r`, [3]],
  ["what is JSON, and no record", "json-lines", '{"x":1}', ["problem"]],
  ["nothing but a text", "json-lines", '"approved by eve"', ["problem"]],
  [
    "lines that are none, the last without its end",
    "json-lines",
    "x\ny\nz",
    ["problem", "problem", "cut"],
  ],
  [
    "a whole line behind the rest of another",
    "json-lines",
    `{"timestamp":"${line}`,
    ["problem", 3],
  ],
  ["a whole row", "csv", row, [3]],
  ["a whole row, and half of a line end", "csv", `${row}\r`, [3]],
  ["a row of too many cells", "csv", `${row},x`, ["problem"]],
  ["a row that is no record", "csv", row.replace(",success,", ",approved,"), ["problem"]],
  ["a whole row within the quotes of another", "csv", `2026,"\n${row}`, ["problem", 3]],
  ["rows that are none, the last without its end", "csv", "a,b\nc,d", ["problem", "cut"]],
  ["a whole request", "otlp", request, [3]],
  ["a whole request without an id", "otlp", nameless, ["problem"]],
  [
    "rests of requests, the last without its end",
    "otlp",
    '{"resourceLogs":[\n{"resourceLogs":[',
    ["problem", "cut"],
  ],
  ["a cut request that is laid out", "otlp", '{"resourceLogs":[\n {"resource":{},\n', ["problem"]],
  [
    "the same, the last line without its end",
    "otlp",
    '{"resourceLogs":[\n {"resource":{},',
    ["problem"],
  ],
  ["something behind a whole request", "otlp", `${request}{"resourceLogs":[`, [3, "problem"]],
  ["a list", "json-array", `[${line},{"a":1}]`, [3, "problem"]],
])("behind a record: %s (%s)", (_what, form, end, expected) => {
  const first = TEXT_OF[form]([resultRecord(STREAM, 1)]);
  const before = form === "json-array" ? "" : first;
  const found = read(bytesOf(before + end)).map((item) => {
    if (item.kind === "problem") return item.isCut === true ? "cut" : "problem";
    return item.record.attributes["audit.sequence.number"];
  });
  expect(found).toEqual(before === "" ? expected : [1, ...expected]);
});
