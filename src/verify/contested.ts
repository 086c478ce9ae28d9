import { sequenceOf, streamOf } from "../event/portable.ts";
import type { Finding, UnlistedFindings } from "./findings.ts";
import { joinRuns, type Run } from "./runs.ts";

/** What {@link countContested} takes. */
export interface ContestedParts {
  readonly findings: readonly Finding[];
  readonly unlistedFindings: readonly UnlistedFindings[];
  /** Whether a record is counted as proven, because one copy of it is. */
  readonly isProven: (stream: string, sequence: number) => boolean;
}

/**
 * Counts the records that are proven by one copy, and of which a finding says that something is tampered: they are
 * none of the rest. Never too few: what a finding counts without a name is one more.
 */
export function countContested({ findings, unlistedFindings, isProven }: ContestedParts): number {
  const named = new Map<string, Run[]>();
  const add = (stream: string, runs: readonly Run[]): void => {
    const known = named.get(stream);
    if (known === undefined) named.set(stream, [...runs]);
    else for (const run of runs) known.push(run);
  };
  let contested = 0;
  for (const { severity, record, count = 1 } of findings) {
    if (severity !== "tampered" || record === undefined) continue;
    const sequence = sequenceOf(record);
    add(streamOf(record), [[sequence, sequence]]);
    contested += count - 1;
  }
  for (const { severity, records, unnamed } of unlistedFindings) {
    if (severity !== "tampered") continue;
    for (const { stream, ranges } of records) add(stream, ranges);
    contested += unnamed;
  }
  for (const [stream, runs] of named)
    for (const [first, last] of joinRuns(runs))
      for (let sequence = first; sequence <= last; sequence++)
        if (isProven(stream, sequence)) contested++;
  return contested;
}
