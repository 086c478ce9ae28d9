/** Rows made of the bytes of a line are those made of its parsed record; what is no record is seen. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  columnAt,
  COLUMNS,
  createCsvRows,
  createLineScanner,
  encodeJsonLine,
  parseFlatLine,
} from "../../src/format/index.ts";
import { encodeFlatCsvRow } from "../../src/format/csv-row.ts";
import { fullRecord, resultRecord } from "../support/records.ts";

const scanner = createLineScanner();

function isScanned(line: string | Buffer): boolean {
  const bytes = Buffer.from(line);
  return scanner.scan(bytes, 0, bytes.length);
}

/** Somewhere in a larger buffer, as lines are. */
function rowOf(line: string): string {
  const rows = createCsvRows();
  const bytes = Buffer.from(`before\n${line}\nbehind`);
  rows.add(bytes, 7, 7 + Buffer.byteLength(line));
  return Buffer.from(rows.take()).toString();
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("=1", "-1", "+a", "@x", "'", '"', "a,b", "a\nb", "\t", "", "-", "é", "\u2028"),
);
const records = fc
  .record({
    outcome: fc.constantFrom("success", "failure", "denied"),
    actor: texts,
    reason: texts,
    error: fc.option(texts, { nil: undefined }),
    method: fc.option(texts, { nil: undefined }),
    duration: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    list: fc.array(texts),
    sequence: fc.integer({ min: 1 }),
    body: fc.dictionary(fc.string(), fc.jsonValue()),
  })
  .map(({ outcome, actor, reason, error, method, duration, list, sequence, body }) => {
    const record = resultRecord("AaaaaaaaaaaaaaaA", sequence, {
      "audit.outcome": outcome,
      "audit.actor.id": actor,
      "audit.reason": reason,
      "audit.redaction.rules": list,
      ...(error === undefined ? {} : { "exception.message": error }),
      ...(method === undefined ? {} : { "rpc.method": method }),
      ...(duration === undefined ? {} : { "audit.call.duration_ms": duration }),
    });
    return encodeJsonLine({ ...record, body: body as typeof record.body });
  });

test("every line that is written is scanned, and gives the row of its record", () => {
  fc.assert(
    fc.property(records, (line) => {
      expect(isScanned(line)).toBe(true);
      expect(rowOf(line)).toBe(encodeFlatCsvRow(parseFlatLine(line)));
    }),
    { numRuns: 1000 },
  );
});

test("a full record, and one with a resource", () => {
  const line = encodeJsonLine(fullRecord);
  expect(isScanned(line)).toBe(true);
  expect(rowOf(line)).toBe(encodeFlatCsvRow(parseFlatLine(line)));
  const start = encodeJsonLine({ ...fullRecord, resource: { "service.name": "trainer" } });
  expect(isScanned(start)).toBe(false);
  expect(rowOf(start)).toBe(rowOf(line));
});

test("a line with any byte changed is scanned only if it is a record, with the same texts", () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.nat({ max: 255 }), (line, place, byte) => {
      const bytes = Buffer.from(line);
      bytes[place % bytes.length] = byte;
      if (!scanner.scan(bytes, 0, bytes.length)) return;
      const flat = parseFlatLine(bytes.toString());
      for (const column of COLUMNS) {
        const at = columnAt(column);
        const start = scanner.startOf(at);
        const text = start < 0 ? undefined : bytes.toString("utf8", start, scanner.endOf(at));
        expect(text === undefined ? undefined : JSON.parse(text)).toEqual(flat[column]);
      }
    }),
    { numRuns: 5000 },
  );
});

test("a line that is cut anywhere is not scanned", () => {
  const bytes = Buffer.from(encodeJsonLine(fullRecord));
  for (let end = 0; end < bytes.length; end++) expect(scanner.scan(bytes, 0, end)).toBe(false);
});

const good = encodeJsonLine(resultRecord("AaaaaaaaaaaaaaaA", 1));
test.each<[string, string]>([
  ["an unknown key", good.replace('"kind"', '"more":1,"kind"')],
  [
    "a key out of its place",
    good.replace(/"error":null,/, "").replace('"kind"', '"error":null,"kind"'),
  ],
  ["white space", good.replace(":", ": ")],
  ["a control character", good.replace("result", "res\u0001ult")],
  ["an unknown status", good.replace('"success"', '"done"')],
  ["details that are a list", good.replace('"details":{}', '"details":[]')],
  ["a nested attribute", good.replace('"attributes":{', '"attributes":{"x":{},')],
  ["a list of numbers in attributes", good.replace('"attributes":{', '"attributes":{"x":[1],')],
  ["a number with a zero before it", good.replace('"details":{}', '"details":{"a":01}')],
  ["a huge sequence", good.replace('"sequence":1', '"sequence":12345678901234567')],
  [
    "deep details",
    good.replace('"details":{}', `"details":{"a":${"[".repeat(200)}${"]".repeat(200)}}`),
  ],
  ["more behind it", `${good} `],
])("%s is left to the parser", (_, line) => {
  expect(isScanned(line)).toBe(false);
});

test("bytes that are no UTF-8 are left to the parser", () => {
  const bytes = Buffer.from(good.replace("note_write", "note_wr\u00e9te"));
  expect(isScanned(bytes)).toBe(true);
  bytes[bytes.indexOf(0xc3)] = 0xff;
  expect(isScanned(bytes)).toBe(false);
});
