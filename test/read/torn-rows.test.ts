/** CSV files in which rows were cut: every whole row is read, and nothing that stands in one is taken for another. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, decodeBlock, type FileProblem, type Found } from "../../src/read/index.ts";
import { type BlockOptions, createBlockCutter } from "../../src/read/portable.ts";
import { CSV_HEADER, encodeCsvRow, encodeJsonLine } from "../../src/format/index.ts";
import type { AuditRecord } from "../../src/event/index.ts";
import { blockOf } from "../support/blocks.ts";
import { fullRecord, resultRecord } from "../support/records.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const FORGER = "EvEvEvEvEvEvEvEv";

/** A whole row that needs no quotes, as somebody may write it into a text. */
const forged = (sequence: number): string =>
  `2026-10-01T00:00:00.000000Z,tag_add,success,{},,${FORGER}.${sequence},${FORGER},${sequence},result,C,success,bob,user,s,t,r,,,,,svc,,,{}`;

function noted(sequence: number, reason: string): AuditRecord {
  return {
    ...resultRecord(STREAM, sequence, { "audit.reason": reason }),
    body: { operation: "write", pad: 'a "b"\nc' },
  };
}

interface Sizes extends BlockOptions {
  readonly chunkBytes?: number;
}

function read(text: string | Uint8Array, { chunkBytes = 65_536, ...options }: Sizes = {}): Found[] {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const cutter = createBlockCutter("file", { form: "csv", ...options });
  const decoded = (items: Iterable<Block | FileProblem>): Found[] =>
    [...items].flatMap((item) => ("kind" in item ? [item] : [...decodeBlock(item)]));
  const found: Found[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    found.push(...decoded(cutter.push(bytes.slice(at, at + chunkBytes))));
  return [...found, ...decoded(cutter.end())];
}

function numbersIn(found: readonly Found[]): unknown[] {
  return found.flatMap((item) =>
    item.kind === "record" ? [item.record.attributes["audit.sequence.number"]] : [],
  );
}

function idsIn(found: readonly Found[]): unknown[] {
  return found.flatMap((item) =>
    item.kind === "record" ? [item.record.attributes["audit.record.id"]] : [],
  );
}

/** As the Collector writes a row: with quotes around every cell. */
function quoteEveryCell(row: string): string {
  const cells = row.replace(/\n$/, "").match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  const bare = cells.map((cell) => cell.replace(/,$/, "")).slice(0, CSV_HEADER.split(",").length);
  return `${bare.map((cell) => (cell.startsWith('"') ? cell : `"${cell}"`)).join(",")}\n`;
}

const WRITERS = [
  ["ours", (row: string) => row],
  ["the Collector's", quoteEveryCell],
] as const;

/** Texts that lead astray who has lost count of the quotes. */
const ODD_TEXTS = [
  "because\nof this",
  "\nfoo",
  ",foo",
  ',"",b',
  '",foo',
  '"',
  '""\n""',
  "a,\n2026-11-21T05:54:09 it, failed\r\nb,",
  '"2026-11-21T05:54:09"\n"2026-11-21T05:54:09"',
  `x\n${forged(1)}\ny`,
  `${forged(2)}\n${forged(3)},`,
  ",\n,\n,",
  "=1\n+2",
  "é\u{1f600}\r\n",
];

describe.each(WRITERS)("behind a row that was cut: %s", (_, written) => {
  const row = (record: AuditRecord): string => written(encodeCsvRow(record));
  const full = row(fullRecord);

  test.each(["\n", "\r\n", ""])("anywhere, and %j", (end) => {
    const behind = [1, 2, 3].map((at) => row(noted(at, `because\nof "${at}"\n`))).join("");
    for (let cut = 1; cut < full.length - 1; cut++) {
      const found = read(CSV_HEADER + full.slice(0, cut) + end + behind);
      expect([cut, numbersIn(found).filter((number) => number !== 7)]).toEqual([cut, [1, 2, 3]]);
      // What is lost is said, with its line.
      if (!numbersIn(found).includes(7))
        expect([cut, found[0]]).toEqual([
          cut,
          expect.objectContaining({ kind: "problem", line: 2 }),
        ]);
    }
  });

  test.each(ODD_TEXTS)("whole rows that hold %j", (reason) => {
    const behind = [1, 2, 3].map((at) => row(noted(at, reason))).join("");
    // In its details, in quotes.
    const cut = full.indexOf("rate") + 2;
    const found = read(`${CSV_HEADER}${full.slice(0, cut)}\n${behind}`);
    expect(idsIn(found)).toEqual([1, 2, 3].map((at) => `${STREAM}.${at}`));
    expect(found[0]).toMatchObject({ kind: "problem", line: 2 });
  });

  test("lines are those of the file", () => {
    const behind = row(noted(1, "a\nb\nc")) + row(noted(2, "a"));
    const found = read(`${CSV_HEADER}${full.slice(0, full.indexOf("rate"))}\n${behind}`);
    expect(found.map(({ kind, line }) => `${kind} ${line}`)).toEqual([
      "problem 2",
      "record 3",
      "record 6",
    ]);
  });

  test("several, one behind the other", () => {
    const torn = full.slice(0, full.indexOf("rate") + 2);
    const behind = [1, 2].map((at) => row(noted(at, "a\nb"))).join("");
    const found = read(`${CSV_HEADER}${`${torn}\n`.repeat(5)}${behind}${torn}\n${behind}`);
    expect(found.map(({ kind, line }) => `${kind} ${line}`)).toEqual([
      ...[2, 3, 4, 5, 6].map((line) => `problem ${line}`),
      "record 7",
      "record 9",
      "problem 11",
      "record 12",
      "record 14",
    ]);
  });

  test("the rest of a cell, as at the start of what was cut off at its head", () => {
    const first = row(noted(1, `one\n2026-11-21\n""two"" it's "three"`));
    const rest = first.slice(first.indexOf("three"));
    const found = read(`${rest}${row(noted(2, "a\nb"))}${row(noted(3, "c"))}`);
    expect(numbersIn(found)).toEqual([2, 3]);
    expect(found[0]).toMatchObject({ kind: "problem", line: 1 });
  });
});

test.each(ODD_TEXTS)(
  "a text in the first quotes of its row ends no cell of one that was cut: %j",
  (reason) => {
    const [one = "", two = ""] = [1, 2].map((at) =>
      encodeCsvRow(resultRecord(STREAM, at, { "audit.reason": reason })),
    );
    const torn = encodeCsvRow(fullRecord);
    const found = read(`${CSV_HEADER}${torn.slice(0, torn.indexOf("rate") + 2)}\n${one}${two}`);
    expect(idsIn(found)).toEqual([1, 2].map((at) => `${STREAM}.${at}`));
  },
);

test("a whole row keeps what stands in its cells", () => {
  for (const [, written] of WRITERS)
    for (const reason of ODD_TEXTS) {
      const rows = [1, 2, 3].map((at) => written(encodeCsvRow(noted(at, reason)))).join("");
      const found = read(CSV_HEADER + rows);
      expect(idsIn(found)).toEqual([1, 2, 3].map((at) => `${STREAM}.${at}`));
      expect(found).toHaveLength(3);
    }
});

test("a row that was cut behind a cell keeps what stands in that cell", () => {
  const row = encodeCsvRow(noted(1, `x\n${forged(1)}\ny`));
  // In its last cell, and in one without quotes.
  for (const place of ["schema", "ccess"]) {
    const torn = row.slice(0, row.lastIndexOf(place) + 2);
    const found = read(`${CSV_HEADER}${torn}\n${encodeCsvRow(noted(2, "a\nb"))}`);
    expect(idsIn(found)).toEqual([`${STREAM}.2`]);
  }
});

test("a line that is no CSV costs itself", () => {
  const [one, two] = [encodeCsvRow(noted(1, "a\nb")), encodeCsvRow(noted(2, "c\nd"))];
  for (const line of ['x"y', '""a', '"a"b', '"', '"""', 'a""b"', ',"', "x", "2026,,,", '"a"\rb'])
    expect([line, numbersIn(read(`${CSV_HEADER}${one}${line}\n${two}`))]).toEqual([line, [1, 2]]);
});

describe("the answer is the same for any sizes of chunks and blocks", () => {
  const seed = Date.now();
  /** Behind a row that was cut, it is not told from the start of another: see the scanner. */
  const OPEN_ENDED = /\n\d{4}-\d\d-\d\dT[^\n]*,"*$/;
  const anyText = fc.oneof(
    fc.constantFrom(...ODD_TEXTS),
    fc
      .array(
        fc.constantFrom(
          '"',
          '""',
          ",",
          "\n",
          "\r\n",
          "\r",
          "a",
          "é",
          "=",
          "2026-11-21T05:54:09",
          "{}",
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join("")),
  );
  const text = anyText.filter((given) => !OPEN_ENDED.test(given));
  interface Given {
    readonly reason: string;
    readonly detail: string;
    readonly isQuoted: boolean;
    /** Of its bytes, thousandths; undefined: it is whole. */
    readonly cut: number | undefined;
    readonly end: "\n" | "\r\n" | "";
  }
  const given = fc.record<Given>({
    reason: text,
    detail: text,
    isQuoted: fc.boolean(),
    cut: fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined, freq: 2 }),
    end: fc.constantFrom("\n", "\n", "\r\n", ""),
  });
  const recordOf = ({ reason, detail }: Given, at: number): AuditRecord => ({
    ...resultRecord(STREAM, at + 1, {
      // An empty cell is an absent one.
      "audit.reason": reason || "x",
      ...(at % 2 === 0 ? { "audit.actor.id": detail || "x" } : {}),
    }),
    body: { detail },
  });
  const written = (row: Given, at: number): Uint8Array => {
    const plain = encodeCsvRow(recordOf(row, at));
    const bytes = Buffer.from(row.isQuoted ? quoteEveryCell(plain) : plain);
    if (row.cut === undefined) return bytes;
    const kept = bytes.subarray(0, Math.ceil((bytes.length * row.cut) / 1000));
    // A quoted row right behind a quote has two, as a text has for one.
    const end = kept.at(-1) === 0x22 ? "\n" : row.end;
    return Buffer.concat([kept, Buffer.from(end)]);
  };
  const sizes = fc.record({
    chunkBytes: fc.integer({ min: 1, max: 3000 }),
    blockBytes: fc.integer({ min: 1, max: 3000 }),
  });

  test("rows with any texts, cut anywhere, read as the same records from JSON lines", () => {
    fc.assert(
      fc.property(fc.array(given, { minLength: 1, maxLength: 8 }), sizes, (rows, sized) => {
        const bytes = Buffer.concat([Buffer.from(CSV_HEADER), ...rows.map(written)]);
        const found = read(bytes);
        expect(read(bytes, sized)).toEqual(found);
        const whole = rows.flatMap((row, at) => (row.cut === undefined ? [recordOf(row, at)] : []));
        const lines = whole.map((record) => `${encodeJsonLine(record)}\n`).join("");
        const oracle = [...decodeBlock(blockOf("json-lines", lines))].flatMap((item) =>
          item.kind === "record" ? [item.record] : [],
        );
        const records = found.flatMap((item) => (item.kind === "record" ? [item.record] : []));
        for (const record of oracle) expect(records).toContainEqual(record);
        if (rows.every(({ cut }) => cut === undefined)) expect(records).toEqual(oracle);
        if (records.length < rows.length)
          expect(found.some(({ kind }) => kind === "problem")).toBe(true);
      }),
      { seed, numRuns: 600 },
    );
  });

  test("any bytes", () => {
    const piece = fc.constantFrom(
      '"',
      '""',
      '"""',
      ",",
      "\n",
      "\r",
      "\r\n",
      "a",
      "2026-11-21T05:54:09",
      '"2026-11-21T05:54:09Z"',
      "\n2026-11-21T05:54:09.1Z,",
      '\n2026-11-21T05:54:09.1Z,"',
      ',"{""a"":1}"',
      ",{}",
      ",,,,,,,,,,,,",
      encodeCsvRow(fullRecord),
      encodeCsvRow(resultRecord(STREAM, 1)),
      "\uFEFF",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), sizes, (pieces, sized) => {
        const all = pieces.join("").replace(/^\uFEFF+/, "");
        expect(read(all, sized)).toEqual(read(all));
      }),
      { seed, numRuns: 1000 },
    );
  });
});

describe("many starts of rows in open quotes take no time", () => {
  const start = "2026-11-21T05:54:09.123456Z";
  const many = (line: string): string => line.repeat(Math.ceil(6_000_000 / line.length));
  test.each([
    ["lines", `${start}\n`],
    ["cells that close each other", `${start},",",\n`],
    ["doubled quotes", `${start}""\n`],
    ["doubled quotes in a cell", `${start},x""\n`],
    ["an empty cell and something", `${start},""a\n`],
    ["open cells", `${start},"\n`],
    ["open cells with something", `${start},"a\n`],
    ["cells that open behind one another", `${start},"""\n`],
    ["a cell that ends and opens", `${start},"x,"y\n`],
    ["rests", `${start}x"",",\n`],
    ["commas", `${start},",${",".repeat(30)}\n`],
  ])("%s", (_, line) => {
    const before = process.cpuUsage();
    let count = 0;
    const cutter = createBlockCutter("file", { form: "csv" });
    const bytes = new TextEncoder().encode(`${CSV_HEADER}${start},"open\n${many(line)}`);
    for (let at = 0; at < bytes.length; at += 1_000_000)
      for (const item of cutter.push(bytes.slice(at, at + 1_000_000)))
        count += "kind" in item ? 1 : item.bytes.length;
    for (const item of cutter.end()) count += "kind" in item ? 1 : item.bytes.length;
    expect(count).toBe(bytes.length);
    const { user } = process.cpuUsage(before);
    expect(user / 1e6).toBeLessThan(5);
  });
});
