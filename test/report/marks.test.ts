/** Which records of a document are marked, and how. */
import { describe, expect, test } from "vitest";
import { marksOf } from "../../src/report/index.ts";
import { createFindingList } from "../../src/verify/finding-list.ts";
import type { FindingCode, FindingParts } from "../../src/verify/findings.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { csvOf, documentOf, markdownOf } from "../support/report-document.ts";
import { REPORT_STREAM, reportId, TEAM_EVENTS } from "../support/report-trail.ts";

/** A verification that finds what is added. */
function verificationOf(
  add: (found: (code: FindingCode, finding?: Partial<FindingParts>) => void) => void,
): VerificationReport {
  const list = createFindingList(false);
  add((code, finding) => list.add(code, { message: code, ...finding }));
  const unlistedFindings = list.unlisted();
  return reportOf({
    findings: list.findings(),
    unlisted: unlistedFindings.reduce((sum, { count }) => sum + count, 0),
    unlistedFindings,
    streams: [],
    keys: [],
    trust: "log",
    anchored: { streams: 0, missing: 0 },
    contested: 0,
    lines: 1,
    redactions: {},
    gaps: [],
    calls: [],
  });
}

const record = reportId(3);
const stream = REPORT_STREAM;

describe("of two findings about one record the worse is said", () => {
  const named = { record, stream };
  const ranged = { stream, ranges: [[1, 2] as const, [3, 5] as const] };
  test.each<readonly [string, readonly (readonly [FindingCode, Partial<FindingParts>])[]]>([
    [
      "where it comes first",
      [
        ["record_altered", named],
        ["record_unproven", named],
      ],
    ],
    [
      "where it comes last",
      [
        ["record_unproven", named],
        ["record_altered", named],
      ],
    ],
    [
      "of a range",
      [
        ["record_altered", ranged],
        ["record_unproven", named],
      ],
    ],
    [
      "of one of two ranges",
      [
        ["record_unproven", ranged],
        ["record_altered", ranged],
      ],
    ],
  ])("%s", (_, findings) => {
    const markOf = marksOf(
      verificationOf((found) => {
        for (const [code, finding] of findings) found(code, finding);
      }),
    );
    expect(markOf(record)?.word).toBe("TAMPERED");
    expect(markOf(reportId(6))).toBeUndefined();
  });
});

describe("findings that are not listed", () => {
  /** A thousand of other streams come before. */
  const full = (of: (found: (finding: Partial<FindingParts>) => void) => void) =>
    verificationOf((found) => {
      for (let at = 1; at <= 1000; at++) found("record_altered", { record: `other.${at}` });
      of((finding) => found("record_altered", finding));
    });

  test("mark their records as well", async () => {
    const verification = full((found) => {
      for (const place of [2, 3, 5]) found({ record: reportId(place), stream });
    });
    const markOf = marksOf(verification);
    const ids = Array.from({ length: 17 }, (_, at) => reportId(at + 1));
    expect(ids.filter((id) => markOf(id)?.word === "TAMPERED")).toEqual([2, 3, 5].map(reportId));
    expect(ids.filter((id) => markOf(id) === undefined)).toHaveLength(14);
    const document = await documentOf("release", { verification });
    const rows = (await csvOf(document)).filter((row) => row.includes("TAMPERED"));
    expect(rows).toHaveLength(3);
    expect(markdownOf(document)).toContain("- **Findings: tampered:** 1003\n");
  });

  test("of which too many are named leave nothing unmarked", async () => {
    const verification = full((found) => {
      for (let at = 1; at <= 10_001; at++) found({ record: `other.${2 * at}`, stream: "other" });
    });
    const document = await documentOf("release", { verification });
    const [, ...rows] = await csvOf(document);
    expect(rows).toHaveLength(TEAM_EVENTS.length - 1);
    for (const row of rows) expect(row).toContain("NOT KNOWN: more was found than is kept");
    expect(markdownOf(document)).toContain("NOT KNOWN");
  });
});

test("a document without a verification marks nothing", () => {
  expect(marksOf(undefined)(record)).toBeUndefined();
});
