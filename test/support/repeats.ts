/** How often records may stand in sinks after kills. */
import path from "node:path";
import { readRecords } from "otel-audit/read";

/** Records of the largest request that a Collector wrote: a line of its JSON file is one. */
export async function largestRequestIn(directory: string): Promise<number> {
  const records = new Map<string, number>();
  for await (const found of readRecords(directory)) {
    if (found.kind !== "record" || !/^audit.*\.jsonl$/.test(path.basename(found.file))) continue;
    const line = `${found.file}:${found.line}`;
    records.set(line, (records.get(line) ?? 0) + 1);
  }
  return Math.max(0, ...records.values());
}

/** How many ids stand there more often than once, each time counted. */
export const repeatsIn = (ids: readonly string[]): number => ids.length - new Set(ids).size;

/** Who was killed, and how often. */
export type Kills = Readonly<Record<"service" | "collector" | "backend", number>>;

/**
 * How many requests may reach a sink twice: each kill repeats what was taken and not yet ticked off.
 *
 * One process ships for the whole directory, one request after the other, and moves its cursor behind each
 * answer: a killed service leaves one request that its successor sends again. A killed Collector leaves
 * two: one that is in the spool and was not answered, and one that the spool's only consumer (num_consumers: 1,
 * sizer: requests) had handed to the sinks and not yet taken out of the queue. The backend has a queue of its
 * own behind that, with one consumer too: one more for each kill of either end. Its kills are none of the files'.
 * Nothing joins or cuts requests on the way, so each of these is at most the largest line of the JSON file.
 */
export const requestsTwice: Readonly<Record<"inFiles" | "inBackend", (kills: Kills) => number>> = {
  inFiles: ({ service, collector }: Kills): number => service + 2 * collector,
  inBackend: (kills: Kills): number =>
    requestsTwice.inFiles(kills) + kills.collector + kills.backend,
};
