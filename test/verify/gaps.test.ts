import { describe, expect, test } from "vitest";
import type { GapRecord } from "../../src/verify/gap-report.ts";
import { SEVERITIES, type Finding, type FindingCode } from "../../src/verify/findings.ts";
import { gapsOf } from "../../src/verify/gaps.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import type { StreamSummary } from "../../src/verify/judged-stream.ts";
import type { VerificationFacts } from "../../src/verify/verification-options.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const METHOD = "probe.Probe/Do";

const summary: StreamSummary = {
  stream: STREAM,
  records: 10,
  proven: 10,
  adopted: 0,
  unsigned: 0,
  missing: 0,
  purged: 0,
  size: 10,
  isClosed: true,
  until: "2026-11-21T09:00:00.000000Z",
  head: { size: 10, root: "R" },
  isWhole: true,
};

function finding(code: FindingCode, parts: Partial<Finding> = {}): Finding {
  return { code, severity: SEVERITIES[code], message: code, ...parts };
}

function report(
  facts: Partial<VerificationFacts>,
  stream: Partial<StreamSummary> = {},
): VerificationReport {
  return reportOf({
    findings: [],
    unlisted: 0,
    unlistedFindings: [],
    streams: [{ ...summary, ...stream }],
    keys: [],
    trust: "log",
    anchored: { streams: 0, missing: 0 },
    contested: 0,
    lines: 10,
    redactions: {},
    gaps: [],
    calls: [],
    ...facts,
  });
}

const lost = (parts: Partial<GapRecord> = {}): GapRecord => ({
  record: `${STREAM}.9`,
  action: "records_lost",
  count: 3,
  why: "ENOSPC",
  time: "2026-11-21T09:00:00.000000Z",
  ...parts,
});
const calls = (handled: number, recorded: number, found: number): VerificationFacts["calls"] => [
  { stream: STREAM, method: METHOD, handled, recorded, found },
];
const missing = finding("records_missing", {
  stream: STREAM,
  count: 4,
  ranges: [
    [2, 4],
    [8, 8],
  ],
});

describe("verdict and exit code", () => {
  test.each<[string, VerificationReport, string, number]>([
    ["nothing", report({}), "complete", 0],
    ["missing numbers", report({ findings: [missing] }), "incomplete", 4],
    ["lost records", report({ gaps: [lost()] }), "incomplete", 4],
    [
      "unconfirmed records",
      report({ gaps: [lost({ action: "records_unconfirmed" })] }),
      "complete",
      0,
    ],
    [
      "numbers that a gap record names, and another copy has",
      report({ gaps: [lost({ between: [2, 4] })] }),
      "complete",
      0,
    ],
    ["a call that was never recorded", report({ calls: calls(5, 4, 4) }), "incomplete", 4],
    [
      "the same while the service runs",
      report({ calls: calls(5, 4, 4) }, { isClosed: false }),
      "complete",
      0,
    ],
    ["a recorded call that is not here", report({ calls: calls(5, 5, 4) }), "incomplete", 4],
    ["the same in views", report({ calls: calls(5, 5, 4) }, { isWhole: false }), "complete", 0],
    ["the same after retention", report({ calls: calls(5, 5, 4) }, { purged: 2 }), "complete", 0],
    [
      "purged records",
      report({
        findings: [finding("records_purged", { stream: STREAM, count: 2, ranges: [[1, 2]] })],
      }),
      "complete",
      0,
    ],
    [
      "an anchored stream",
      report({ findings: [finding("stream_missing", { stream: "other", count: 9 })] }),
      "incomplete",
      4,
    ],
    [
      "a time of which nothing was read",
      report({ findings: [finding("time_unread")] }),
      "inconclusive",
      4,
    ],
    ["nothing signed", report({ findings: [finding("nothing_signed")] }), "inconclusive", 4],
    [
      "a field that cannot be opened",
      report({ findings: [finding("field_unopenable")] }),
      "complete",
      0,
    ],
    [
      "an altered record",
      report({ findings: [missing, finding("record_altered")] }),
      "tampered",
      1,
    ],
    [
      "a line that cannot be read",
      report({ findings: [missing, finding("line_unreadable")] }),
      "unreadable",
      3,
    ],
  ])("%s", (_name, given, verdict, exitCode) => {
    expect(gapsOf(given)).toMatchObject({ verdict, exitCode });
  });
});

test("each range names the gap record that explains it, and only that", () => {
  const gaps = [
    lost({ between: [1, 3], why: "somebody cut the file" }),
    lost({ record: "other.9", between: [8, 8] }),
  ];
  const { missing: found, counts } = gapsOf(report({ findings: [missing], gaps }));
  expect(found).toEqual([
    {
      stream: STREAM,
      count: 4,
      isWholeStream: false,
      ranges: [
        { first: 2, last: 4, record: `${STREAM}.9`, why: "somebody cut the file" },
        { first: 8, last: 8 },
      ],
    },
  ]);
  expect(counts).toEqual({ missing: 4, lost: 0, calls: 0 });
});

test("differences have names", () => {
  const closed = gapsOf(report({ calls: calls(9, 7, 4) })).calls;
  expect(closed).toMatchObject([{ lost: 2, open: 0, missing: 3, found: 4 }]);
  const running = gapsOf(report({ calls: calls(9, 7, 8) }, { isClosed: false })).calls;
  expect(running).toMatchObject([{ lost: 0, open: 2, missing: 0, found: 8 }]);
  const windowed = gapsOf(report({ calls: calls(9, 7, 4) }), { isWindowed: true }).calls;
  expect(windowed).toMatchObject([{ lost: 2, missing: null, found: null }]);
});

test("what is missing is said in one sentence", () => {
  const { headline } = gapsOf(
    report({ findings: [missing], gaps: [lost()], calls: calls(5, 4, 4) }),
  );
  expect(headline).toBe(
    "4 records are missing here, 3 records are lost for good, 1 call is without a record",
  );
});

test("what was deleted, what was not synced and what is not closed are listed apart", () => {
  const purged = finding("records_purged", { stream: STREAM, count: 2, ranges: [[1, 2]] });
  const unconfirmed = lost({ action: "records_unconfirmed", record: `${STREAM}.8` });
  const all = gapsOf(
    report(
      { findings: [purged, missing], gaps: [lost(), unconfirmed], unlisted: 3 },
      { isClosed: false, unsigned: 4 },
    ),
  );
  expect(all).toMatchObject({
    purged: [{ stream: STREAM, count: 2, ranges: [[1, 2]] }],
    lost: [lost()],
    unconfirmed: [unconfirmed],
    unclosed: [{ stream: STREAM, until: summary.until, unsigned: 4 }],
    unlisted: 3,
  });
  expect([all.purged, all.lost, all.unconfirmed, all.unclosed].map(({ length }) => length)).toEqual(
    [1, 1, 1, 1],
  );
  const closed = gapsOf(report({}));
  expect([closed.purged, closed.lost, closed.unconfirmed, closed.unclosed]).toEqual([
    [],
    [],
    [],
    [],
  ]);
  const none = gapsOf(report({}, { isClosed: false, until: undefined }));
  expect(none.unclosed).toEqual([{ stream: STREAM, until: null, unsigned: 0 }]);
});

test.each<readonly [between: readonly [number, number], explained: readonly boolean[]]>([
  [
    [1, 1],
    [false, false],
  ],
  [
    [1, 2],
    [true, false],
  ],
  [
    [4, 7],
    [true, false],
  ],
  [
    [5, 7],
    [false, false],
  ],
  [
    [4, 8],
    [true, true],
  ],
  [
    [9, 9],
    [false, false],
  ],
])("a gap record of %j explains what it overlaps", (between, explained) => {
  const [range] = gapsOf(report({ findings: [missing], gaps: [lost({ between })] })).missing;
  expect(range?.ranges.map(({ record }) => record !== undefined)).toEqual(explained);
});

test("why calls are not compared is said", () => {
  const noteOf = (stream: Partial<StreamSummary>, isWindowed = false): string | undefined =>
    gapsOf(report({ calls: calls(5, 5, 4) }, stream), { isWindowed }).calls[0]?.note;
  expect(noteOf({})).toBeUndefined();
  expect(noteOf({ isWhole: false })).toContain("only views");
  expect(noteOf({ purged: 1 })).toContain("retention");
  expect(noteOf({}, true)).toContain("within a time");
});
