import { BY_WEIGHT, type Severity } from "./findings.ts";
import { headlineOf } from "./headline.ts";
import type { VerificationFacts } from "./verification-options.ts";

/** What was found, in one word. */
export type Verdict = "verified" | "tampered" | "unreadable" | "incomplete" | "inconclusive";

/** The whole of a verification, as `otel-audit verify -o json` prints it. */
export interface VerificationReport extends VerificationFacts {
  /** Version of this shape. */
  readonly version: 1;
  readonly verdict: Verdict;
  /** 0 verified, 1 tampered, 3 unreadable or nothing there, 4 incomplete or inconclusive. */
  readonly exitCode: 0 | 1 | 3 | 4;
  /** Verdict and trust in one sentence. */
  readonly headline: string;
  /** Records by what is known of them, copies counted once. */
  readonly records: {
    readonly read: number;
    readonly proven: number;
    readonly adopted: number;
    readonly unsigned: number;
    /** Of streams that are here, as far as their checkpoints say; what was anchored beyond is in `anchored`. */
    readonly missing: number;
    readonly purged: number;
  };
}

const VERDICTS: Readonly<Record<Severity, readonly [Verdict, VerificationReport["exitCode"]]>> = {
  tampered: ["tampered", 1],
  unreadable: ["unreadable", 3],
  missing: ["incomplete", 4],
  inconclusive: ["inconclusive", 4],
  note: ["verified", 0],
};

/** The verdict of what was found: the worst finding decides. */
export function reportOf(facts: VerificationFacts): VerificationReport {
  const worst =
    BY_WEIGHT.find((severity) => facts.findings.some((finding) => finding.severity === severity)) ??
    "note";
  const isEmpty = facts.lines === 0 && worst !== "tampered" && worst !== "missing";
  const [verdict, exitCode] = VERDICTS[isEmpty ? "unreadable" : worst];
  const sum = (of: (stream: VerificationFacts["streams"][number]) => number): number =>
    facts.streams.reduce((total, stream) => total + of(stream), 0);
  const records = {
    read: sum((stream) => stream.records),
    proven: sum((stream) => stream.proven),
    adopted: sum((stream) => stream.adopted),
    unsigned: sum((stream) => stream.unsigned),
    missing: sum((stream) => stream.missing),
    purged: sum((stream) => stream.purged),
  };
  return {
    version: 1,
    verdict,
    exitCode,
    headline: headlineOf(facts, verdict, records),
    records,
    ...facts,
  };
}
