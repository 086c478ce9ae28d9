/** What `otel-audit resend` says in the end. */
import type { Refusal, ResendItem } from "../deliver/index.ts";
import { counted } from "../lib/counted.ts";
import { tableLines, withoutControls } from "./table.ts";

/** What became of the records; as `-o json` prints it. */
export interface ResendSummary {
  readonly endpoint: string | null;
  readonly isDryRun: boolean;
  /** Records that were read. */
  readonly read: number;
  readonly sent: number;
  /** Not of the range that was asked for. */
  readonly skipped: number;
  /** Taken in an earlier run, as --resume says. */
  readonly taken: number;
  readonly refused: number;
  /** Lines that are no records, or contradict themselves. */
  readonly unreadable: number;
  /** Files that were deleted, moved away or cut between being listed and being read. */
  readonly missed: readonly string[];
  /** Read, wanted, and neither sent nor refused. */
  readonly left: number;
  readonly streams: readonly StreamRow[];
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** Why it ended before all was sent. */
  readonly stopped: string | null;
  /** Where to go on. */
  readonly resume: string | null;
  /** The first ones. */
  readonly refusals: readonly { readonly record: string; readonly why: string }[];
}

/** What is wanted of a stream. */
export interface StreamRow {
  readonly stream: string;
  readonly records: number;
  readonly first: number;
  readonly last: number;
}

/** More than so many are counted, not listed. */
const MAX_LISTED = 100;

/** Streams by what of them is wanted. */
export interface StreamCounts {
  readonly add: (items: readonly ResendItem[]) => void;
  readonly rows: () => readonly StreamRow[];
}

/** Creates one. */
export function createStreamCounts(): StreamCounts {
  const rows = new Map<string, { records: number; first: number; last: number }>();
  return {
    add(items) {
      for (const { stream, sequence } of items) {
        const row = rows.get(stream) ?? { records: 0, first: sequence, last: sequence };
        row.records++;
        row.first = Math.min(row.first, sequence);
        row.last = Math.max(row.last, sequence);
        rows.set(stream, row);
      }
    },
    rows: () => [...rows].map(([stream, row]) => ({ stream, ...row })),
  };
}

/** The first of what was refused, and how many there were. */
export interface RefusalList {
  readonly add: (refused: readonly Refusal<ResendItem>[]) => void;
  readonly count: () => number;
  readonly list: () => ResendSummary["refusals"];
}

/** Creates an empty one. */
export function createRefusalList(): RefusalList {
  const listed: { record: string; why: string }[] = [];
  let count = 0;
  return {
    add(refused) {
      count += refused.length;
      const room = Math.max(0, MAX_LISTED - listed.length);
      listed.push(...refused.slice(0, room).map(({ item, why }) => ({ record: item.id, why })));
    },
    count: () => count,
    list: () => listed,
  };
}

/** For people. */
export function* summaryLines(summary: ResendSummary): Generator<string> {
  const { read, sent, skipped, taken, refused, unreadable, missed, left, seconds } = summary;
  if (summary.isDryRun) {
    const rows = summary.streams.map(({ stream, records, first, last }) => [
      stream,
      String(records),
      String(first),
      String(last),
    ]);
    if (rows.length > 0)
      yield* tableLines(["STREAM", "RECORDS", "FROM", "TO"], rows, process.stdout);
  }
  if (summary.refusals.length > 0) {
    const rows = summary.refusals.map(({ record, why }) => [record, why]);
    yield* tableLines(["REFUSED", "WHY"], rows, process.stdout);
    if (refused > rows.length) yield `and ${refused - rows.length} more`;
  }
  const parts = [
    `${read} read`,
    summary.isDryRun ? `${left} would be sent` : `${sent} sent`,
    `${refused} refused`,
    `${skipped} not asked for`,
    ...(taken > 0 ? [`${taken} taken before`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
    ...(missed.length > 0 ? [`${counted(missed.length, "file")} missed`] : []),
    ...(!summary.isDryRun && left > 0 ? [`${left} left`] : []),
  ];
  yield withoutControls(
    `${parts.join(", ")}; ${seconds.toFixed(1)} s, ${summary.recordsPerSecond} records/s`,
  );
}
