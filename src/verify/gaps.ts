/**
 * What is missing from a trail, taken together from a verification.
 *
 * In: the report of a verification. Out: the same facts by what is missing and who says so: numbers
 * without a record, records that were lost before they had one, calls without a record, streams
 * without an end.
 */
import { streamOf } from "../event/portable.ts";
import { counted, verbFor } from "../lib/counted.ts";
import type { FindingCode } from "./findings.ts";
import type { GapReport, MissingRange, MissingRecords, UnclosedStream } from "./gap-report.ts";
import { reconcileCalls } from "./reconcile-calls.ts";
import type { VerificationReport } from "./report.ts";

/** What {@link gapsOf} takes beside the report. */
export interface GapsOptions {
  /** Whether the report is of a part of the time: calls are counted from the beginning of a stream. Default false. */
  readonly isWindowed?: boolean;
}

/** Findings because of which nobody can tell whether something is missing. */
const UNTOLD: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "record_unproven",
  "format_unsupported",
  "anchor_untrusted",
]);

/** What is missing, in one place. */
export function gapsOf(
  report: VerificationReport,
  { isWindowed = false }: GapsOptions = {},
): GapReport {
  const { findings, gaps, streams } = report;
  const missing = missingIn(report);
  const calls = reconcileCalls(report, isWindowed);
  const known = {
    missing,
    purged: findings.flatMap(({ code, stream = "", count = 0, ranges = [] }) =>
      code === "records_purged" ? [{ stream, count, ranges }] : [],
    ),
    lost: gaps.filter(({ action }) => action === "records_lost"),
    unconfirmed: gaps.filter(({ action }) => action === "records_unconfirmed"),
    calls,
    unclosed: streams.flatMap(({ stream, isClosed, until, unsigned }): readonly UnclosedStream[] =>
      isClosed ? [] : [{ stream, until: until ?? null, unsigned }],
    ),
    unlisted: report.unlisted,
  };
  const counts = {
    missing: missing.reduce((sum, { count }) => sum + count, 0),
    // Those with numbers are among the missing, unless another copy has them.
    lost: known.lost.reduce((sum, { count, between }) => sum + (between ? 0 : count), 0),
    calls: calls.reduce((sum, { lost, missing: absent }) => sum + lost + (absent ?? 0), 0),
  };
  const isMissing = counts.missing + counts.lost + counts.calls > 0;
  const untold = untoldIn(findings);
  return {
    version: 1,
    ...verdictOf(report, { isMissing, untold, counts }),
    counts,
    ...known,
    ...(untold === undefined ? {} : { untold }),
  };
}

function untoldIn(findings: VerificationReport["findings"]): string | undefined {
  const has = (wanted: FindingCode): boolean => findings.some(({ code }) => code === wanted);
  if (has("time_unread")) return "no record of that time was read";
  // What a later version signed is signed.
  if (has("nothing_signed") && !has("format_unsupported")) return "nothing is signed";
  return findings.some(({ code }) => UNTOLD.has(code)) ? "not everything is signed" : undefined;
}

function missingIn({ findings, gaps }: VerificationReport): readonly MissingRecords[] {
  return findings.flatMap(({ code, stream, count = 0, ranges = [] }): readonly MissingRecords[] => {
    if (code === "stream_missing" && stream !== undefined)
      return [{ stream, count, isWholeStream: true, ranges: [] }];
    if (code !== "records_missing" || stream === undefined) return [];
    const own = gaps.filter(({ record }) => streamOf(record) === stream);
    const explained = ranges.map(([first, last]): MissingRange => {
      const gap = own.find(
        ({ between }) => between !== undefined && between[0] <= last && first <= between[1],
      );
      return {
        first,
        last,
        ...(gap === undefined ? {} : { record: gap.record, why: gap.why }),
      };
    });
    return [{ stream, count, isWholeStream: false, ranges: explained }];
  });
}

interface Judged {
  readonly isMissing: boolean;
  /** Why nobody can tell; undefined: it can be told. */
  readonly untold: string | undefined;
  readonly counts: GapReport["counts"];
}

function verdictOf(
  { verdict, records, streams }: VerificationReport,
  { isMissing, untold, counts }: Judged,
): Pick<GapReport, "verdict" | "exitCode" | "headline"> {
  const what = [
    ...are(counts.missing, "record", "missing here"),
    ...are(counts.lost, "record", "lost for good"),
    ...are(counts.calls, "call", "without a record"),
  ].join(", ");
  if (verdict === "tampered") {
    const rest = what === "" ? "" : `; ${what}`;
    return {
      verdict,
      exitCode: 1,
      headline: `TAMPERED: run otel-audit verify, which says with what${rest}`,
    };
  }
  if (verdict === "unreadable") {
    const why = streams.length === 0 ? "no record was found" : "something cannot be read";
    const headline = `unreadable: ${why}: run otel-audit verify${what === "" ? "" : `; ${what}`}`;
    return { verdict, exitCode: 3, headline };
  }
  if (isMissing) return { verdict: "incomplete", exitCode: 4, headline: what };
  if (untold !== undefined) {
    const way = untold.endsWith("signed") ? "; run otel-audit verify" : "";
    const headline = `whether something is missing cannot be told: ${untold}${way}`;
    return { verdict: "inconclusive", exitCode: 4, headline };
  }
  const headline = `nothing is missing: ${counted(records.proven + records.adopted, "record")} in ${counted(streams.length, "stream")}`;
  return { verdict: "complete", exitCode: 0, headline };
}

function are(count: number, noun: string, how: string): readonly string[] {
  return count === 0 ? [] : [`${counted(count, noun)} ${verbFor(count, "is")} ${how}`];
}
