/** Rows that are plain are read as a parser of CSV reads them. */
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainCellsOf } from "../../src/read/forms/csv-cells.ts";

const parsed = (text: string): string[][] =>
  parse(text, {
    record_delimiter: ["\n", "\r\n"],
    relax_column_count: true,
    skip_empty_lines: true,
  });

describe("plain rows", () => {
  test.each([
    ["no text", "", []],
    [
      "bare cells",
      "a,b\nc,d\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "empty cells",
      ",\n,a,\n",
      [
        ["", ""],
        ["", "a", ""],
      ],
    ],
    ["quotes around a cell", '"a",b\n', [["a", "b"]]],
    ["an empty cell in quotes", '""\n', [[""]]],
    ["doubled quotes", '"a ""b""",""""\n', [['a "b"', '"']]],
    ["commas and line ends in quotes", '"a,b\nc\r\nd",e\n', [["a,b\nc\r\nd", "e"]]],
    ["text that is no ASCII", "\u{1f600},\u2028\n", [["\u{1f600}", "\u2028"]]],
  ])("%s", (_name, text, cells) => {
    expect(plainCellsOf(text)).toEqual(cells);
    expect(parsed(text)).toEqual(cells);
  });
});

describe("left to a parser", () => {
  test.each([
    ["a last row without its end", "a,b\nc"],
    ["a last cell without its end", "a,b\nc,"],
    ["an empty row", "a\n\nb\n"],
    ["CR LF", "a,b\r\n"],
    ["CR LF behind quotes", '"a"\r\n'],
    ["a quote in a bare cell", 'a"b\n'],
    ["something behind the quote", '"a"b\n'],
    ["a quote without an end", '"a,b\n'],
  ])("%s", (_name, text) => {
    expect(plainCellsOf(text)).toBeUndefined();
  });
});

test("what is read is what a parser reads", () => {
  const seed = Date.now();
  const pieces = fc.constantFrom(
    "a",
    '"',
    '""',
    ",",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\0",
    "\u00e9",
    "\ufeff",
  );
  let read = 0;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 24 }), (given) => {
      // A mark at the start of a file is taken off before.
      const text = given.join("").replace(/^\ufeff+/, "");
      const cells = plainCellsOf(text);
      if (cells === undefined) return;
      read++;
      expect(cells).toEqual(parsed(text));
    }),
    { seed, numRuns: 20_000 },
  );
  expect(read, `seed ${seed}`).toBeGreaterThan(100);
});
