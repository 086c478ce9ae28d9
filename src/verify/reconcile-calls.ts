import type { CallReconciliation } from "./call-ledger.ts";
import type { VerificationReport } from "./report.ts";

/** Calls of a method in a stream: handled, recorded, found here. */
export interface ReconciledCalls extends Omit<CallReconciliation, "found"> {
  /** Calls of which a record is here; null: not compared, `note` says why. */
  readonly found: number | null;
  /** Calls that were handled and are without a record for good: their stream has ended. */
  readonly lost: number;
  /** The same in a stream that is not closed: under way at its last checkpoint, or lost. */
  readonly open: number;
  /** Calls that were recorded and of which no record is here; null: not compared. */
  readonly missing: number | null;
  /** Why `found` is null. */
  readonly note?: string;
}

/** Puts the three counts of each stream and method beside each other. */
export function reconcileCalls(
  { calls, streams }: VerificationReport,
  isWindowed: boolean,
): readonly ReconciledCalls[] {
  const byStream = new Map(streams.map((summary) => [summary.stream, summary]));
  return calls.map(({ stream, method, handled, recorded, found }) => {
    const summary = byStream.get(stream);
    const without = Math.max(0, handled - recorded);
    const isClosed = summary?.isClosed === true;
    const note = whyNotCompared(summary, isWindowed);
    return {
      stream,
      method,
      handled,
      recorded,
      found: note === undefined ? found : null,
      lost: isClosed ? without : 0,
      open: isClosed ? 0 : without,
      missing: note === undefined ? Math.max(0, recorded - found) : null,
      ...(note === undefined ? {} : { note }),
    };
  });
}

function whyNotCompared(
  summary: VerificationReport["streams"][number] | undefined,
  isWindowed: boolean,
): string | undefined {
  if (isWindowed) return "calls are counted from the beginning of the stream, not within a time";
  if (summary?.isWhole !== true) return "only views or checkpoints of the stream were read";
  if (summary.purged > 0) return "retention deleted a part of the stream";
  return undefined;
}
