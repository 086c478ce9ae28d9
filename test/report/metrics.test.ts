/** Figures over time from CSV files. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AuditError } from "../../src/lib/errors.ts";
import { metricsAround } from "../../src/report/timeline/around.ts";
import { type Metrics, readMetrics } from "../../src/report/timeline/metrics.ts";

const read = (text: string, timeColumn?: string): Metrics =>
  readMetrics(text, "metrics.csv", { zone: "UTC", timeColumn });

describe("the column of times, and how it is written", () => {
  test.each<[name: string, text: string, column: string, form: string, first: string]>([
    ["ISO", "time,loss\n2026-10-01T10:00:00Z,1", "time", "ISO 8601", "2026-10-01T10:00:00.000000Z"],
    [
      "ISO with an offset",
      "time,loss\n2026-10-01T12:00:00+02:00,1",
      "time",
      "ISO 8601",
      "2026-10-01T10:00:00.000000Z",
    ],
    [
      "ISO as Python and pandas write it",
      "date,loss\n2026-10-01 10:00:00.25,1",
      "date",
      "ISO 8601",
      "2026-10-01T10:00:00.250000Z",
    ],
    [
      "seconds with fractions",
      "step,_timestamp,loss\n1,1790848800.5,1",
      "_timestamp",
      "epoch seconds",
      "2026-10-01T10:00:00.500000Z",
    ],
    [
      "milliseconds",
      "step,timestamp,loss\n1,1790848800500,1",
      "timestamp",
      "epoch milliseconds",
      "2026-10-01T10:00:00.500000Z",
    ],
    [
      "microseconds",
      "ts,loss\n1790848800500001,1",
      "ts",
      "epoch microseconds",
      "2026-10-01T10:00:00.500001Z",
    ],
    [
      "found by what it holds",
      "loss,when\n1,2026-10-01T10:00:00Z",
      "when",
      "ISO 8601",
      "2026-10-01T10:00:00.000000Z",
    ],
    [
      "a name that lies is passed over",
      "time,at,loss\n12,2026-10-01T10:00:00Z,1",
      "at",
      "ISO 8601",
      "2026-10-01T10:00:00.000000Z",
    ],
    [
      "with a byte order mark, quotes and CRLF",
      '\ufeff"Time","loss"\r\n"2026-10-01T10:00:00Z","1"\r\n',
      "Time",
      "ISO 8601",
      "2026-10-01T10:00:00.000000Z",
    ],
  ])("%s", (_name, text, column, form, first) => {
    const { timeColumn, timeForm, rows } = read(text);
    expect([timeColumn, timeForm, rows[0]?.time]).toEqual([column, form, first]);
  });
  test("named by hand", () =>
    expect(read("time,when,loss\n2026-10-01,2026-10-02,1", "when").rows[0]?.time).toBe(
      "2026-10-02T00:00:00.000000Z",
    ));
});

test("rows are put into the order of time; bad ones are counted and named", () => {
  const text = [
    "time,loss,acc,note",
    "2026-10-01T10:02:00Z,2,,b",
    "2026-10-01T10:01:00Z,1,0.5,a",
    "yesterday,9,9,c",
    "2026-10-01T10:03:00Z,3",
    "",
    "2026-10-01T10:04:00Z,oops,nan,d",
    "2026-10-01T10:05:00Z,-Infinity,.5e1,e",
  ].join("\n");
  const { rows, names, otherColumns, badRows, badRowCount, badCellCount } = read(text);
  expect(names).toEqual(["loss", "acc"]);
  expect(otherColumns).toEqual(["note"]);
  expect(rows.map(({ values }) => values)).toEqual([
    [1, 0.5],
    [2, undefined],
    [undefined, Number.NaN],
    [-Infinity, 5],
  ]);
  expect(badRows.map(({ line }) => line)).toEqual([4, 5]);
  expect([badRowCount, badCellCount]).toEqual([2, 1]);
});

test.each<[name: string, text: string, column: string | undefined, message: string]>([
  ["nothing", "", undefined, "holds no rows"],
  ["only names", "time,loss\n", undefined, "holds no rows"],
  ["no times", "a,b\n1,2", undefined, 'no column of times among "a", "b"'],
  ["no numbers", "time,b\n2026-10-01T10:00:00Z,x", undefined, "no column of numbers"],
  [
    "no such column",
    "time,b\n2026-10-01T10:00:00Z,1",
    "when",
    'no column "when": it has "time", "b"',
  ],
  [
    "a column that holds no times",
    "time,b\n2026-10-01T10:00:00Z,1",
    "b",
    'column "b" holds no times',
  ],
  ["a quote without its end", 'time,b\n"2026-10-01,1', undefined, "is no CSV"],
])("refused: %s", (_name, text, column, message) =>
  expect(() => read(text, column)).toThrow(message),
);

test("any text is read, or refused with an error of ours", () => {
  const cell = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "2026-10-01T10:00:00Z",
      "1790848800",
      "1e400",
      "-1",
      "nan",
      '"',
      "\n",
      "99999999999999999",
    ),
  );
  const text = fc
    .array(
      fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(",")),
      { maxLength: 6 },
    )
    .map((rows) => `time,loss\n${rows.join("\n")}`);
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (one) => {
      try {
        for (const { time } of read(one).rows) expect(time).toMatch(/^[+-]?\d{4,6}-.*\.\d{6}Z$/);
      } catch (error) {
        if (!(error instanceof AuditError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});

test("a figure before an event, after it, and the difference", () => {
  const metrics = read(
    "time,loss,acc\n2026-10-01T10:00:00Z,1,\n2026-10-01T10:01:00Z,nan,0.5\n2026-10-01T10:02:00Z,4,",
  );
  const at = (time: string): unknown =>
    metricsAround(metrics)(`2026-10-01T${time}.000000Z`).map(({ name, before, after, delta }) => [
      name,
      before?.text,
      after?.text,
      delta,
    ]);
  expect(at("10:00:30")).toEqual([
    ["loss", "1", "NaN", null],
    ["acc", undefined, "0.5", null],
  ]);
  // What was measured at the very time was measured before.
  expect(at("10:01:00")).toEqual([
    ["loss", "NaN", "4", null],
    ["acc", "0.5", undefined, null],
  ]);
  expect(at("09:00:00")).toEqual([
    ["loss", undefined, "1", null],
    ["acc", undefined, "0.5", null],
  ]);
  const [loss] = metricsAround(read("time,loss\n2026-10-01T10:00:00Z,1\n2026-10-01T10:02:00Z,4"), [
    "loss",
  ])("2026-10-01T10:01:00.000000Z");
  expect(loss?.delta).toBe(3);
});
