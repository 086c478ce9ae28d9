import {
  type Finding,
  type FindingCode,
  type FindingParts,
  SEVERITIES,
  STRICT,
} from "./findings.ts";

/** Findings, as many as anybody reads. */
export interface FindingList {
  readonly add: (code: FindingCode, finding: FindingParts) => void;
  readonly findings: () => readonly Finding[];
  readonly unlisted: () => number;
}

/** Of each kind so many are listed: the rest is counted. */
const MAX_LISTED = 1000;

/** @param isStrict whether what cannot be shown is inconclusive. */
export function createFindingList(isStrict: boolean): FindingList {
  const listed: Finding[] = [];
  const counts = new Map<FindingCode, number>();
  let unlisted = 0;
  return {
    add(code, finding) {
      const count = counts.get(code) ?? 0;
      counts.set(code, count + 1);
      if (count >= MAX_LISTED) {
        unlisted++;
        return;
      }
      const severity = isStrict && STRICT.has(code) ? "inconclusive" : SEVERITIES[code];
      listed.push({ code, severity, ...finding });
    },
    findings: () => listed,
    unlisted: () => unlisted,
  };
}
