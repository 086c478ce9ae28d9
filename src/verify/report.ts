import { BY_WEIGHT, type Finding, type FindingCode, type Severity } from "./findings.ts";
import type { Trust } from "./key-ring.ts";
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

const TRUST: Readonly<Record<Trust, string>> = {
  none: "no key: nothing is signed",
  log: "key taken from the log itself: proves consistency, not origin",
  pinned: "with the key given",
  anchored: "with the key given, and as it was anchored",
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

function headlineOf(
  { findings, streams, trust }: VerificationFacts,
  verdict: Verdict,
  { proven, adopted, unsigned, missing }: VerificationReport["records"],
): string {
  if (streams.length === 0) return "nothing to verify: no record was found";
  const what = `${counted(proven, "record")} in ${counted(streams.length, "stream")}`;
  const others = [
    adopted > 0 ? `, ${shown(adopted)} adopted` : "",
    unsigned > 0 ? `, ${shown(unsigned)} unsigned` : "",
  ].join("");
  switch (verdict) {
    case "verified":
      return `verified, ${what}${others}, ${TRUST[trust]}`;
    case "incomplete":
      return `verified, ${what}${others}, ${shown(missing)} missing, ${TRUST[trust]}`;
    case "tampered": {
      const count = findings.filter(({ severity }) => severity === "tampered").length;
      return `TAMPERED: ${counted(count, "finding")}; of the rest ${counted(proven, "record")} proven, ${TRUST[trust]}`;
    }
    default: {
      const codes = [...new Set(findings.flatMap((finding) => reasonOf(finding)))];
      return `${verdict}: ${codes.join(", ")}; ${what} proven${others}, ${TRUST[trust]}`;
    }
  }
}

const REASONS: Partial<Readonly<Record<FindingCode, string>>> = {
  line_unreadable: "something cannot be read",
  field_unopenable: "fields without their salts",
  field_unexplained: "redactions that nothing explains",
  policy_differs: "another redaction policy",
  record_unproven: "records without a checkpoint",
  nothing_signed: "nothing is signed",
  time_unread: "no record of that time was read",
  anchor_untrusted: "an anchor of a key that is not trusted",
  format_unsupported: "written by a later version",
  records_adopted: "adopted records",
  records_unsigned: "records behind the last checkpoint",
  only_results: "views, which show results only",
  key_in_memory: "a key that was only in memory",
  keys_unlinked: "keys that nobody vouches for",
};

function reasonOf({ code, severity }: Finding): readonly string[] {
  return severity === "note" ? [] : [REASONS[code] ?? code];
}

function counted(count: number, what: string): string {
  return `${shown(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** Thousands apart, as in `48 211`. */
function shown(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}
