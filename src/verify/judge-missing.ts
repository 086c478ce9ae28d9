import { recordId } from "../event/portable.ts";
import { counted, verbFor } from "../lib/counted.ts";
import type { Claim, CoveredPart } from "./coverage.ts";
import { judgeResults } from "./judge-results.ts";
import type { NumberSet } from "../lib/number-set.ts";
import { countOf, joinRuns, type Run, runsOf, sayRuns, withoutRuns } from "./runs.ts";
import type { StreamJudgeOptions } from "./judged-stream.ts";

/** What {@link judgeMissing} takes. */
export interface MissingParts extends Pick<StreamJudgeOptions, "stream" | "found"> {
  /** What is covered, ascending; they do not overlap. */
  readonly parts: readonly Wanted<CoveredPart>[];
  /** Checkpoints, ascending. */
  readonly claims: readonly Wanted<Claim>[];
  readonly proven: NumberSet;
  /** Those of them that are results. */
  readonly results: NumberSet;
  readonly altered: NumberSet;
  /** Numbers of the records that no checkpoint covers. */
  readonly waiting: readonly number[];
  readonly purged: readonly Run[];
  /** False: only views were read, which show results and nothing else. */
  readonly isWhole: boolean;
}

/** What a checkpoint covers, and whether anybody asks for it and for what stands right before it. */
export interface Wanted<Part> {
  readonly part: Part;
  readonly isWanted: boolean;
}

/** What is not there. */
export interface Absent {
  readonly missing: number;
  readonly purged: number;
}

/** Counts the records that must be there and are not. */
export function judgeMissing(parts: MissingParts): Absent {
  const purged = joinRuns(parts.purged);
  return parts.isWhole
    ? judgeNumbers(parts, purged)
    : { missing: judgeResults(parts, purged), purged: 0 };
}

/** Every number has a record. */
function judgeNumbers(parts: MissingParts, purged: readonly Run[]): Absent {
  const { stream, found, proven, altered } = parts;
  const waiting = runsOf(parts.waiting);
  const absent: Run[] = [];
  let covered = 0;
  for (const { part, isWanted } of parts.parts) {
    const { from, size } = part;
    const before = covered;
    covered = size;
    if (!isWanted) continue;
    if (from > before) absent.push(...withoutRuns([[before + 1, from]], waiting));
    absent.push(...unseen(from + 1, size, [proven, altered]));
  }
  const last = waiting.at(-1)?.[1] ?? 0;
  if (last > covered) absent.push(...withoutRuns([[covered + 1, last]], waiting));
  const runs = joinRuns(absent);
  const missing = withoutRuns(runs, purged);
  const count = countOf(missing);
  if (count > 0) {
    found("records_missing", {
      message: `${counted(count, "record")} of stream ${stream} ${verbFor(count, "is")} missing: ${sayRuns(missing)}`,
      stream,
      record: recordId(stream, missing[0]?.[0] ?? 0),
      count,
      ranges: missing,
    });
  }
  const purgedCount = countOf(runs) - count;
  if (purgedCount > 0) {
    const message = `${counted(purgedCount, "record")} of stream ${stream} ${verbFor(purgedCount, "was")} deleted by retention, as a signed record says`;
    const deleted = withoutRuns(runs, missing);
    found("records_purged", { message, stream, count: purgedCount, ranges: deleted });
  }
  return { missing: count, purged: purgedCount };
}

/** Numbers that none of the sets has; a checkpoint carries few enough to ask for each. */
function unseen(first: number, last: number, sets: readonly NumberSet[]): readonly Run[] {
  const numbers: number[] = [];
  for (let number = first; number <= last; number++) {
    if (!sets.some((set) => set.has(number))) numbers.push(number);
  }
  return runsOf(numbers);
}
