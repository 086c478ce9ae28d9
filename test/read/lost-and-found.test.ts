/** Files that were cut, glued, torn and broken: what is read of them, and what is said of the rest. */
import { describe, expect, test } from "vitest";
import { decodeBlock, type Found } from "../../src/read/index.ts";
import { COLUMNS, encodeCsvRow, encodeJsonLine } from "../../src/format/index.ts";
import type { Form } from "../../src/read/block.ts";
import { blockOf } from "../support/blocks.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { otlpRequest, TEXT_OF } from "../support/stored-forms.ts";

const STREAM = "AbCdEfGhIjKlMnOp";

function decode(form: Form, text: string | Uint8Array): readonly Found[] {
  return [...decodeBlock(blockOf(form, text))];
}

describe("what is lost and found", () => {
  const first = otlpRequest([resultRecord(STREAM, 1)]);
  const second = otlpRequest([resultRecord(STREAM, 2), resultRecord(STREAM, 3)]);
  const json = [1, 2, 3].map((sequence) => encodeJsonLine(resultRecord(STREAM, sequence)));
  const [one = "", two = "", three = ""] = json;
  const rows = [1, 2, 3].map((sequence) => encodeCsvRow(resultRecord(STREAM, sequence)));
  const [row1 = "", row2 = "", row3 = ""] = rows;

  test.each<readonly [what: string, form: Form, text: string, found: readonly (number | string)[]]>(
    [
      ["two requests on a line", "otlp", `${first}${second}\n`, ["1:1", "1:2", "1:3"]],
      [
        "a torn line, then a whole one",
        "otlp",
        `${first.slice(0, -20)}\n${second}\n`,
        ["1!", "2:2", "2:3"],
      ],
      [
        "a line torn in a text",
        "otlp",
        `${first.slice(0, first.indexOf("note_w") + 3)}\n${second}\n`,
        ["1!", "2:2", "2:3"],
      ],
      [
        "a whole one behind a torn one",
        "otlp",
        `${first.slice(0, 60)}${second}\n`,
        ["1!", "1:2", "1:3"],
      ],
      [
        "one behind one torn in a text",
        "otlp",
        `${first.slice(0, first.indexOf("note_w") + 3)}${second}\n${first}`,
        ["1!", "1:2", "1:3", "2:1"],
      ],
      ["a torn last line", "otlp", `${second}\n${first.slice(0, 99)}`, ["1:2", "1:3", "2!"]],
      ["a request without records", "otlp", `{"resourceLogs":[]}\n{}\n${first}\n`, ["2!", "3:1"]],
      [
        "a cut line glued to a record",
        "json-lines",
        `${one.slice(0, 50)}${two}\n${three}\n`,
        ["1!", "1:2", "2:3"],
      ],
      ["no line end", "json-lines", `${one}\n${two}`, ["1:1", "2:2"]],
      [
        "no JSON, no record, empty",
        "json-lines",
        `x\n{"a":1}\n\n${one}\nnull\n`,
        ["1!", "2!", "4:1", "5!"],
      ],
      [
        "an item torn in a text",
        "json-array",
        `[\n${one.slice(0, 40)}\n${two},\n${three}\n]\n`,
        ["2!", "3:2", "4:3"],
      ],
      [
        "an item without its brace",
        "json-array",
        `[\n${one.slice(0, -1)},\n${two},\n${three}\n]\n`,
        ["2!", "3:2", "4:3"],
      ],
      ["items that are no maps", "json-array", `[1,\n"x",null,\n${one}]`, ["1!", "2!", "3:1"]],
      [
        "a broken item of one line",
        "json-array",
        `[${one},{"timestamp":},${two},${three}]`,
        ["1:1", "1!", "1:2", "1:3"],
      ],
      [
        "a quote too many",
        "csv",
        `${row1}${row2.replace(",note_write", ',"note_write')}${row3}`,
        ["1:1", "2!", "3:3"],
      ],
      ["a cell too many", "csv", `${row1}${row2.replace(",", ",,")}${row3}`, ["1:1", "2!", "3:3"]],
      ["no end of the last row", "csv", `${row1}${row2.trimEnd()}`, ["1:1", "2:2"]],
      [
        "a quote too many, and no end",
        "csv",
        `${row1.replace(",note_write", ',"note_write')}${row2}${row3.trimEnd()}`,
        ["1!", "2:2", "3:3"],
      ],
      ["a sequence that is no number", "csv", row1.replace(",1,", ",0x1,"), ["1!"]],
      ["no number at all", "csv", row1.replace(",1,", ",,"), ["1!"]],
      ["a torn last line", "victorialogs", '{"audit.record.id":"S.1","audit', ["1!"]],
      ["no audit record", "victorialogs", '{"_msg":"x"}\n[]\n{"_time":1}\n', ["1!", "2!", "3!"]],
      ["an error", "loki", '{"status":"error","data":{"result":[{"values":[["1",2],3]}]}}', ["1!"]],
    ],
  )("%s (%s)", (_what, form, text, expected) => {
    const found = decode(form, text).map((item) =>
      item.kind === "problem"
        ? `${item.line}!`
        : `${item.line}:${String(item.record.attributes["audit.sequence.number"])}`,
    );
    expect(found).toEqual(expected);
  });

  test("a cell with line ends counts as the lines that it has", () => {
    const long = encodeCsvRow(resultRecord(STREAM, 1, { "audit.reason": "a\nb\r\nc\n" }));
    const found = decode("csv", `${TEXT_OF.csv([])}${long}\n${row2}`);
    expect(found.map(({ line: at }) => at)).toEqual([2, 7]);
    expect(found.every(({ kind }) => kind === "record")).toBe(true);
  });

  const quoteEveryCell = (row: string): string => {
    const cells = row.trimEnd().match(/(?:"(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
    const bare = cells.map((cell) => cell.replace(/,$/, "")).slice(0, COLUMNS.length);
    return `${bare.map((cell) => (cell.startsWith('"') ? cell : `"${cell}"`)).join(",")}\n`;
  };

  // What a disk that was full leaves: of our rows, and of the Collector's, which quotes every cell.
  test.each([
    ["ours", (row: string) => row],
    ["the Collector's", quoteEveryCell],
  ])("a row behind one that was cut anywhere: %s", (_, written) => {
    const full = written(encodeCsvRow(fullRecord));
    const behind = written(row2) + written(row3);
    for (let cut = 1; cut < full.length - 1; cut++) {
      const found = decode("csv", TEXT_OF.csv([]) + full.slice(0, cut) + behind);
      const numbers = found.flatMap((item) =>
        item.kind === "record" ? [item.record.attributes["audit.sequence.number"]] : [],
      );
      expect([cut, numbers.filter((number) => number === 2 || number === 3)]).toEqual([
        cut,
        [2, 3],
      ]);
    }
  });

  test("a record behind a line that was cut within a character", () => {
    const cut = new TextEncoder().encode(`{"timestamp":"\u{10ffff}`).slice(0, -1);
    const bytes = [...cut, ...new TextEncoder().encode(`${two}\n`)];
    expect(decode("json-lines", Uint8Array.from(bytes)).map(({ kind }) => kind)).toEqual([
      "problem",
      "record",
    ]);
  });

  test("a header in the middle is passed over", () => {
    const found = decode(
      "csv",
      `${TEXT_OF.csv([resultRecord(STREAM, 1)])}${TEXT_OF.csv([fullRecord])}`,
    );
    expect(found.map(({ kind }) => kind)).toEqual(["record", "record"]);
  });
});
