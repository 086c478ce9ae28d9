import type { GapClaim } from "./examined-block.ts";
import type { ReconciledCalls } from "./reconcile-calls.ts";

/** What `otel-audit gaps -o json` prints. */
export interface GapReport {
  /** Version of this shape. */
  readonly version: 1;
  readonly verdict: "complete" | "incomplete" | "inconclusive" | "tampered" | "unreadable";
  /** 0 complete, 1 tampered, 3 unreadable or nothing there, 4 incomplete or inconclusive. */
  readonly exitCode: 0 | 1 | 3 | 4;
  /** What is missing, in one sentence. */
  readonly headline: string;
  readonly counts: {
    /** Records that were signed and are not here. */
    readonly missing: number;
    /** Records that never got a number. */
    readonly lost: number;
    /** Calls of streams that have ended without a record, and calls whose records are not here. */
    readonly calls: number;
  };
  readonly missing: readonly MissingRecords[];
  /** What retention deleted, as a signed record says. */
  readonly purged: readonly PurgedRecords[];
  /** Records of kind `gap`, proven, with action `records_lost`. */
  readonly lost: readonly GapRecord[];
  /** The same with action `records_unconfirmed`: their records are here. */
  readonly unconfirmed: readonly GapRecord[];
  readonly calls: readonly ReconciledCalls[];
  readonly unclosed: readonly UnclosedStream[];
  /** Why nobody can tell whether more is missing, as in `nothing is signed`; absent: it can be told. */
  readonly untold?: string;
  /** Findings beyond those that are listed. */
  readonly unlisted: number;
}

/** Records of a stream that are not here. */
export interface MissingRecords {
  readonly stream: string;
  /** Where only views were read, fewer than the ranges hold: these are the places to look. */
  readonly count: number;
  /** An anchor names the stream, and nothing of it is here. */
  readonly isWholeStream: boolean;
  readonly ranges: readonly MissingRange[];
}

/** Consecutive sequence numbers, and the gap record that says why they are missing. */
export interface MissingRange {
  readonly first: number;
  readonly last: number;
  /** Id of that record; absent: none says it. */
  readonly record?: string;
  readonly why?: string;
}

/** Records of a stream that retention deleted. */
export interface PurgedRecords {
  readonly stream: string;
  readonly count: number;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** A gap record. */
export type GapRecord = GapClaim & { readonly record: string };

/** A stream whose last checkpoint is not a closing one. */
export interface UnclosedStream {
  readonly stream: string;
  /** Time of its last checkpoint; null: there is none. */
  readonly until: string | null;
  /** Records behind it. */
  readonly unsigned: number;
}
