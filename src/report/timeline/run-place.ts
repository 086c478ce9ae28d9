/** How far a record is from a run that somebody named. */
import type { FlatRecord } from "../../format/index.ts";
import { matchingRecords, type ScanOptions, textTerm, type TrailSource } from "../../read/index.ts";
import { isImported } from "../imported.ts";
import { isNamed, runsOf } from "./runs.ts";

/** What is known of a run. */
export interface RunPlace {
  readonly run: string;
  /**
   * 0: it names the run. 1: it names the run by another id, or none, and is of its services. 2: it names no
   * run, and is of another service. `elsewhere`: it names another run.
   */
  readonly distanceOf: (record: FlatRecord) => 0 | 1 | 2 | "elsewhere";
}

/**
 * Reads everything that names a run.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function runPlaceOf(
  sources: readonly TrailSource[],
  run: string,
  options: ScanOptions = {},
): Promise<RunPlace> {
  const services = new Set<string | undefined>();
  /** Ids that stand beside the run's own, and who gives ids like that. */
  const others = new Set<string>();
  const givers = new Set<string>();
  const query = { terms: [textTerm("about", run)] };
  for await (const found of matchingRecords(sources, query, options)) {
    if (found.kind !== "record" || !isNamed(found.record, run) || isImported(found.record))
      continue;
    services.add(found.record.service);
    for (const [giver, id] of runsOf(found.record))
      if (id === run) givers.add(giver);
      else others.add(id);
  }
  return {
    run,
    distanceOf(record) {
      if (isNamed(record, run)) return 0;
      const named = [...runsOf(record)];
      if (named.length === 0) return services.has(record.service) ? 1 : 2;
      const isOther = named.some(([giver]) => givers.has(giver));
      return !isOther && named.some(([, id]) => others.has(id)) ? 1 : "elsewhere";
    },
  };
}
