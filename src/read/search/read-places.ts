import { journalStreamOf } from "../files-of.ts";
import { ANY_KIND } from "../query/terms.ts";
import type { Query } from "../query/query.ts";
import { scanTrail, type ScanOptions } from "./scan-trail.ts";
import type { TrailSource } from "./sources.ts";

/** Takes the place of one record; `time` is ISO 8601 UTC with six digits. */
export type TakePlace = (stream: string, sequence: number, time: string) => void;

/** Of each stream whose journal was read, the first number in it: retention took what was before. */
export type JournalStarts = ReadonlyMap<string, number>;

/**
 * Where records of every kind stand in their streams, and the times that they say: each once, as they are read,
 * which is within a stream nearly always in its order. Takes as long as counting them does.
 *
 * @param within further terms of a query.
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function readPlaces(
  sources: readonly TrailSource[],
  within: Query["terms"],
  take: TakePlace,
  options: ScanOptions = {},
): Promise<JournalStarts> {
  const starts = new Map<string, number>();
  const request = { query: { terms: [ANY_KIND, ...within] }, fold: { kind: "places" } } as const;
  for await (const { source, scanned, isFirst } of scanTrail(sources, request, options)) {
    const { streams, stream, sequence, times } = scanned;
    const journal = streams.indexOf(journalStreamOf(source) ?? "");
    for (const [at, time] of times.entries()) {
      const [index = 0, number = 0] = [stream[at], sequence[at]];
      const name = streams[index] ?? "";
      if (index === journal) starts.set(name, Math.min(starts.get(name) ?? Infinity, number));
      if (isFirst[at] === 1) take(name, number, time);
    }
  }
  return starts;
}
