import type { Finding, FindingCode } from "./findings.ts";
import type { Trust } from "./key-ring.ts";
import type { Verdict, VerificationReport } from "./report.ts";
import type { VerificationFacts } from "./verification-options.ts";

/** Verdict and trust in one sentence; it begins with the verdict, and with `verified` for no other one. */
export function headlineOf(
  facts: VerificationFacts,
  verdict: Verdict,
  records: VerificationReport["records"],
): string {
  const { findings, unlistedFindings, streams } = facts;
  const { proven, adopted, unsigned, missing } = records;
  const trust = trustOf(facts);
  const absent = `incomplete: ${counted(missing + facts.anchored.missing, "record")} missing`;
  if (streams.length === 0) {
    if (verdict === "incomplete") return `${absent}; no record was found`;
    return "nothing to verify: no record was found";
  }
  const what = `${counted(proven, "record")} in ${counted(streams.length, "stream")}`;
  const others = [
    adopted > 0 ? `, ${shown(adopted)} adopted` : "",
    unsigned > 0 ? `, ${shown(unsigned)} unsigned` : "",
  ].join("");
  const shownProven = isAllItself(facts, proven) ? itself(what, proven) : `${what} proven`;
  switch (verdict) {
    case "verified":
      return `verified, ${what}${others}, ${trust}`;
    case "incomplete":
      return `${absent}; ${shownProven}${others}, ${trust}`;
    case "tampered": {
      const isTampered = ({ severity }: Pick<Finding, "severity">): boolean =>
        severity === "tampered";
      const count = unlistedFindings
        .filter(isTampered)
        .reduce((sum, one) => sum + one.count, findings.filter(isTampered).length);
      // One proven copy is enough to count; what a finding is about is none of the rest.
      const rest = counted(Math.max(0, proven - facts.contested), "record");
      const copies = facts.contested === 0 ? "" : ` (${shown(proven)} have a proven copy)`;
      return `TAMPERED: ${counted(count, "finding")}; of the rest ${rest} proven${copies}, ${trust}`;
    }
    default: {
      const codes = [...new Set(findings.flatMap((finding) => reasonOf(finding)))];
      return `${verdict}: ${codes.join(", ")}; ${shownProven}${others}, ${trust}`;
    }
  }
}

/** Whether what is proven are checkpoints that nothing but their own notes prove. */
function isAllItself({ findings }: VerificationFacts, proven: number): boolean {
  return proven > 0 && findings.some(({ code }) => code === "nothing_signed");
}

function itself(what: string, count: number): string {
  const checkpoints = what.replace("record", "checkpoint");
  return `${checkpoints} ${count === 1 ? "proves only itself" : "prove only themselves"}`;
}

const TRUST: Readonly<Record<Trust, string>> = {
  none: "no key: nothing is signed",
  log: "key taken from the log itself: proves consistency, not origin",
  foreign: "with keys that are none of those given",
  pinned: "with the key given",
  anchored: "with the key given, and as it was anchored",
};

function trustOf({ trust, keys, streams, anchored }: VerificationFacts): string {
  if (trust === "foreign") {
    const foreign = keys.filter(({ isTrusted }) => !isTrusted).length;
    if (foreign < keys.length)
      return `with ${keys.length} keys, ${foreign} of them none of those given`;
    if (foreign === 1) return "with a key that is none of those given";
  }
  if (trust === "anchored" && anchored.streams < streams.length)
    return `${TRUST.pinned}, and ${shown(anchored.streams)} of ${shown(streams.length)} streams as anchored`;
  return TRUST[trust];
}

const REASONS: Partial<Readonly<Record<FindingCode, string>>> = {
  line_unreadable: "something cannot be read",
  records_missing: "missing records",
  stream_missing: "a missing stream",
  field_unopenable: "fields without their salts",
  field_unexplained: "redactions that nothing explains",
  policy_differs: "another redaction policy",
  record_unproven: "records without a checkpoint",
  nothing_signed: "no record is covered by a checkpoint",
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
