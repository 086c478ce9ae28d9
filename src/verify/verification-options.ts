import type { NoteKey } from "../seal/portable.ts";
import type { AnchoredFacts, AnchoredHead } from "./anchor-heads.ts";
import type { CallReconciliation } from "./call-ledger.ts";
import type { VerifyCrypto } from "./crypto.ts";
import type { GapClaim } from "./examined-block.ts";
import type { Finding, UnlistedFindings } from "./findings.ts";
import type { Trust, UsedKey } from "./key-ring.ts";
import type { StreamSummary } from "./judged-stream.ts";
import type { TimeWindow } from "./time-window.ts";

/** Options of a verification. */
export interface VerificationOptions {
  readonly crypto: VerifyCrypto;
  /** Keys that are trusted. Default: those that the log names, which proves that it is consistent, not whose it is. */
  readonly publicKeys?: readonly NoteKey[];
  /** Heads of streams that somebody saw and signed earlier. Default none. */
  readonly anchors?: readonly AnchoredHead[];
  /** Whether what cannot be shown counts as a failure: unsigned tails, adopted records, keys in memory. Default false. */
  readonly isStrict?: boolean;
  /** Whether a redaction policy asks for a field to be redacted. Default: every redaction is taken for one. */
  readonly isExplained?: (key: string, action: string) => boolean;
  /** Digests of the redaction policies that are known. Default: nobody asks which one was in force. */
  readonly redactionDigests?: readonly string[];
  /** Whether the same record may come more than once. Default true. */
  readonly areCopiesExpected?: boolean;
  /** Streams whose records may all the same come more than once, because a segment of theirs was cut. Default none. */
  readonly cutStreams?: ReadonlyMap<string, CutState>;
  /** Streams whose leaves are kept although no copies are expected, because all were needed before. Default none. */
  readonly keptStreams?: ReadonlySet<string>;
  /** Of which time findings are wanted. Default: all. */
  readonly window?: TimeWindow;
}

/** Those that a caller may set: the rest says what is read, and how often. */
export type CallerOptions = Omit<
  VerificationOptions,
  "crypto" | "areCopiesExpected" | "cutStreams" | "keptStreams"
>;

/** A proven record says that a segment was cut; or there is a record that may say so, and cannot be believed. */
export type CutState = "shown" | "said";

/** What was verified, as data. */
export interface VerificationFacts {
  readonly findings: readonly Finding[];
  /** Findings beyond those that are listed. */
  readonly unlisted: number;
  /** Those, by kind. */
  readonly unlistedFindings: readonly UnlistedFindings[];
  readonly streams: readonly StreamSummary[];
  readonly keys: readonly UsedKey[];
  readonly trust: Trust;
  readonly anchored: AnchoredFacts;
  /** Records that are proven by one copy, while a finding says that something about them is tampered; never too few. */
  readonly contested: number;
  /** Lines that were records, copies counted each. */
  readonly lines: number;
  /** How often a field was redacted, by key. */
  readonly redactions: Readonly<Record<string, number>>;
  readonly gaps: readonly (GapClaim & { readonly record: string })[];
  readonly calls: readonly CallReconciliation[];
}
