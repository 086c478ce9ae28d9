import {
  type Finding,
  type FindingCode,
  type FindingParts,
  SEVERITIES,
  STRICT,
  type UnlistedFindings,
} from "./findings.ts";
import { createUnlistedCounter } from "./unlisted-findings.ts";

/** Findings, as many as anybody reads. */
export interface FindingList {
  readonly add: (code: FindingCode, finding: FindingParts) => void;
  readonly findings: () => readonly Finding[];
  readonly unlisted: () => readonly UnlistedFindings[];
}

/** Of each kind so many are listed: the rest is counted. */
const MAX_LISTED = 1000;

/** @param isStrict whether what cannot be shown is inconclusive. */
export function createFindingList(isStrict: boolean): FindingList {
  const listed: Finding[] = [];
  const counts = new Map<FindingCode, number>();
  const unlisted = createUnlistedCounter();
  return {
    add(code, finding) {
      const count = counts.get(code) ?? 0;
      counts.set(code, count + 1);
      const severity = isStrict && STRICT.has(code) ? "inconclusive" : SEVERITIES[code];
      if (count < MAX_LISTED) listed.push({ code, severity, ...finding });
      else unlisted.add(code, severity, finding);
    },
    findings: () => listed,
    unlisted: unlisted.finish,
  };
}
