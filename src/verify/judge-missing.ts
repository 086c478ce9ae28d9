import { recordId } from "../event/portable.ts";
import type { CoveredRange } from "./coverage.ts";
import type { NumberSet } from "./number-set.ts";
import { countOf, joinRuns, type Run, runsOf, sayRuns, withoutRuns } from "./runs.ts";
import type { StreamJudgeOptions } from "./stream-judge.ts";

/** What {@link judgeMissing} takes. */
export interface MissingParts extends Pick<StreamJudgeOptions, "stream" | "found"> {
  /** Ascending; they do not overlap. */
  readonly ranges: readonly WantedRange[];
  readonly proven: NumberSet;
  readonly altered: NumberSet;
  /** Numbers of the records that no checkpoint covers. */
  readonly waiting: readonly number[];
  readonly purged: readonly Run[];
  /** False: only views were read, which show results and nothing else. */
  readonly isWhole: boolean;
}

/** What a checkpoint covers, and whether anybody asks for it and for what stands right before it. */
export interface WantedRange {
  readonly range: CoveredRange;
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
  return parts.isWhole ? judgeNumbers(parts, purged) : judgeResults(parts, purged);
}

/** Every number has a record. */
function judgeNumbers(parts: MissingParts, purged: readonly Run[]): Absent {
  const { stream, found, ranges, proven, altered } = parts;
  const waiting = runsOf(parts.waiting);
  const absent: Run[] = [];
  let covered = 0;
  for (const { range, isWanted } of ranges) {
    const { from, size, seen } = range;
    const before = covered;
    covered = size;
    if (!isWanted) continue;
    if (from > before) absent.push(...withoutRuns([[before + 1, from]], waiting));
    // What was forgotten was seen whole.
    if (seen < size - from) absent.push(...unseen(from + 1, size, [proven, altered]));
  }
  const last = waiting.at(-1)?.[1] ?? 0;
  if (last > covered) absent.push(...withoutRuns([[covered + 1, last]], waiting));
  const runs = joinRuns(absent);
  const missing = withoutRuns(runs, purged);
  const count = countOf(missing);
  if (count > 0) {
    found("records_missing", {
      message: `${count} records of stream ${stream} are missing: ${sayRuns(missing)}`,
      stream,
      record: recordId(stream, missing[0]?.[0] ?? 0),
      count,
      ranges: missing,
    });
  }
  const purgedCount = countOf(runs) - count;
  if (purgedCount > 0) {
    const message = `${purgedCount} records of stream ${stream} were deleted by retention, as a signed record says`;
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

/** Views hold results only: a checkpoint says how many of its records are such. */
function judgeResults(parts: MissingParts, purged: readonly Run[]): Absent {
  const { stream, found, ranges, altered } = parts;
  let missing = 0;
  let covered = 0;
  for (const { range, isWanted } of ranges) {
    const { from, size, results, seenResults } = range;
    const before = covered;
    covered = size;
    if (!isWanted) continue;
    if (withoutRuns([[before + 1, from]], purged).length > 0 && from > before) {
      missing++;
      found("records_missing", {
        message: `the checkpoint of records ${before + 1} to ${from} of stream ${stream} is missing: nobody can tell how many results were among them`,
        stream,
        count: 1,
        ranges: [[before + 1, from]],
      });
    }
    const isWhole = countOf(withoutRuns([[from + 1, size]], purged)) === size - from;
    if (!isWhole) continue;
    const lost = results - seenResults - countSeen(from + 1, size, altered);
    if (lost <= 0) continue;
    missing += lost;
    found("records_missing", {
      message: `${lost} of ${results} results of stream ${stream} between ${from + 1} and ${size} are missing`,
      stream,
      count: lost,
      ranges: [[from + 1, size]],
    });
  }
  return { missing, purged: 0 };
}

function countSeen(first: number, last: number, set: NumberSet): number {
  let count = 0;
  for (let number = first; number <= last; number++) if (set.has(number)) count++;
  return count;
}
