import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditRecord, BodyValue } from "../../src/event/index.ts";
import {
  COLUMNS,
  CSV_HEADER,
  decodeCsvRows,
  decodeJsonLine,
  encodeCsvRow,
  encodeJsonLine,
} from "../../src/format/index.ts";
import { fullRecord, resultRecord } from "../support/records.ts";

test("a JSON line has the seeds' five fields first, then the columns in their order", () => {
  const keys = Object.keys(JSON.parse(encodeJsonLine(fullRecord)) as object);
  expect(keys).toEqual(COLUMNS.filter((column) => keys.includes(column)));
  expect(keys.slice(0, 5)).toEqual(["timestamp", "action_type", "status", "details", "error"]);
});

test("the CSV header is fixed for ever", () => {
  expect(CSV_HEADER).toBe(
    "timestamp,action_type,status,details,error,record_id,stream,sequence,kind,call_id,outcome,actor_id,actor_type," +
      "target_type,target_id,reason,method,rpc_status,duration_ms,source,service,trace_id,span_id,attributes\n",
  );
});

test.each([
  ["success", "success"],
  ["failure", "failed"],
  ["denied", "failed"],
  ["unknown", "failed"],
])("outcome %s shows as status %s", (outcome, status) => {
  const line = encodeJsonLine(resultRecord("AbCdEfGhIjKlMnOp", 1, { "audit.outcome": outcome }));
  expect(JSON.parse(line)).toMatchObject({ status, outcome });
});

test("a record is the same after JSON and after CSV", () => {
  expect(decodeJsonLine(encodeJsonLine(fullRecord))).toEqual(fullRecord);
  expect(decodeCsvRows(encodeCsvRow(fullRecord)).map(({ record }) => record)).toEqual([fullRecord]);
});

test.each(["=1+1", "+1", "-cmd", "@x", "\tx", "\rx", "'x", "'=x", "''"])(
  "the spreadsheet guard of %j comes off again",
  (reason) => {
    const record = resultRecord("AbCdEfGhIjKlMnOp", 1, { "audit.reason": reason });
    const row = encodeCsvRow(record);
    expect(row).toContain(`'${reason.replaceAll('"', '""')}`);
    expect(decodeCsvRows(row)[0]?.record).toEqual(record);
  },
);

test("a plain number is not guarded", () => {
  expect(encodeCsvRow(resultRecord("AbCdEfGhIjKlMnOp", 1, { "audit.reason": "-5.5e3" }))).toContain(
    ",-5.5e3,",
  );
});

const bodyValue = fc.letrec<{ value: BodyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

const anyRecord: fc.Arbitrary<AuditRecord> = fc
  .record({
    text: fc.string({ unit: "binary", minLength: 1 }).map((text) => text.toWellFormed()),
    body: fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      bodyValue,
      { maxKeys: 4, noNullPrototype: true },
    ),
    sequence: fc.nat(),
  })
  .map(({ text, body, sequence }) => ({
    ...resultRecord("AbCdEfGhIjKlMnOp", sequence, {
      "audit.reason": text,
      "exception.message": text,
      other: text,
    }),
    body,
  }));

test("any record is the same after JSON and after CSV", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 3 }), (records) => {
      for (const record of records) expect(decodeJsonLine(encodeJsonLine(record))).toEqual(record);
      const text = records.map(encodeCsvRow).join("");
      expect(decodeCsvRows(text).map(({ record }) => record)).toEqual(records);
    }),
  );
});

test("a cut CSV loses its cut row and nothing else", () => {
  const rows = [1, 2, 3].map((sequence) =>
    encodeCsvRow({
      ...fullRecord,
      ...resultRecord("AbCdEfGhIjKlMnOp", sequence, { "audit.reason": 'a "b"\nc' }),
    }),
  );
  const text = rows.join("");
  const whole = [
    0,
    rows[0]?.length ?? 0,
    (rows[0]?.length ?? 0) + (rows[1]?.length ?? 0),
    text.length,
  ];
  for (let length = 0; length <= text.length; length++) {
    const decoded = decodeCsvRows(text.slice(0, length));
    expect(decoded.length).toBe(whole.filter((end) => end > 0 && end <= length).length);
  }
});

test.each(["", "{", "[]", "null", '{"timestamp":1}', '"x"'])(
  "%j is no record, and the error says so",
  (text) => {
    expect(() => decodeJsonLine(text)).toThrow(/not a JSON line|not an audit record/);
  },
);

test("no text breaks the parsers", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      for (const parse of [() => decodeJsonLine(text), () => decodeCsvRows(text)]) {
        try {
          parse();
        } catch (error) {
          expect(error).toMatchObject({ name: "AuditError", code: "unreadable" });
        }
      }
    }),
  );
});
