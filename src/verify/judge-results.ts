/**
 * Whether the results of a stream are there of which only views were read.
 *
 * Views hold results and nothing else. A checkpoint says how many of the records that it counts are
 * results, and not where they stand.
 */
import type { Claim } from "./coverage.ts";
import type { MissingParts, Wanted } from "./judge-missing.ts";
import type { NumberSet } from "../lib/number-set.ts";
import { countOf, joinRuns, type Run, withoutRuns } from "./runs.ts";

type ResultParts = Pick<MissingParts, "stream" | "found" | "claims" | "results" | "altered">;

/**
 * Finds results that must be there and are not, and places of which no checkpoint says how many there were.
 *
 * @param purged what retention deleted, as `joinRuns` gives it.
 * @returns how many are missing; 1 for each such place.
 */
export function judgeResults(parts: ResultParts, purged: readonly Run[]): number {
  const { stream, found, results, altered } = parts;
  let missing = 0;
  for (const [first, last] of uncounted(parts.claims).flatMap((run) =>
    withoutRuns([run], purged),
  )) {
    missing++;
    found("records_missing", {
      message: `the checkpoint of records ${first} to ${last} of stream ${stream} is missing: nobody can tell how many results were among them`,
      stream,
      count: 1,
      ranges: [[first, last]],
    });
  }
  for (const { begin, size, results: counted } of asked(parts.claims, purged)) {
    const lost = counted - countSeen(begin + 1, size, [results, altered]);
    if (lost <= 0) continue;
    missing += lost;
    found("records_missing", {
      message: `${lost} of ${counted} results of stream ${stream} between ${begin + 1} and ${size} are missing`,
      stream,
      count: lost,
      ranges: [[begin + 1, size]],
    });
  }
  return missing;
}

/** Up to the last checkpoint of the process itself only its own count: it made one for each place. */
function uncounted(claims: readonly Wanted<Claim>[]): readonly Run[] {
  const end = claims.reduce((most, { part }) => (part.isOwn ? Math.max(most, part.size) : most), 0);
  const counting = claims
    .map(({ part: { isOwn, begin, size }, isWanted }) => ({
      begin: isOwn ? begin : Math.max(begin, end),
      size,
      isWanted,
    }))
    .filter(({ begin, size }) => begin < size)
    .toSorted((left, right) => left.begin - right.begin);
  const runs: Run[] = [];
  let before = 0;
  for (const { begin, size, isWanted } of counting) {
    if (begin > before && isWanted) runs.push([before + 1, begin]);
    before = Math.max(before, size);
  }
  return runs;
}

/** Those that say how many results there are: not where some were deleted, nor where others say it already. */
function asked(claims: readonly Wanted<Claim>[], purged: readonly Run[]): readonly Claim[] {
  const whole = claims.filter(
    ({ part }) => countOf(withoutRuns([runOf(part)], purged)) === part.size - part.begin,
  );
  const chosen = whole.filter(({ part }) => part.isOwn);
  let counted = joinRuns(chosen.map(({ part }) => runOf(part)));
  for (const claim of whole.filter(({ part }) => !part.isOwn).toSorted(byExtent)) {
    const range = runOf(claim.part);
    if (withoutRuns([range], counted).length === 0) continue;
    chosen.push(claim);
    counted = joinRuns([...counted, range]);
  }
  return chosen.filter(({ isWanted }) => isWanted).map(({ part }) => part);
}

function runOf({ begin, size }: Claim): Run {
  return [begin + 1, size];
}

/** The larger one first, then the wider one. */
function byExtent({ part: left }: Wanted<Claim>, { part: right }: Wanted<Claim>): number {
  return right.size - left.size || left.begin - right.begin || right.results - left.results;
}

/** Numbers that any of the sets has. */
function countSeen(first: number, last: number, sets: readonly NumberSet[]): number {
  let count = 0;
  for (let number = first; number <= last; number++)
    if (sets.some((set) => set.has(number))) count++;
  return count;
}
