/**
 * Which services worked on what. A restore that names no run is of whatever its service works on, also where
 * another service has set the values.
 */
import type { FlatRecord } from "../../format/index.ts";
import {
  matchingRecords,
  type Query,
  type ScanOptions,
  textTerm,
  type TrailSource,
} from "../../read/index.ts";
import { isImported } from "../imported.ts";
import { runsOf } from "./runs.ts";

/** Whether a service worked on what a record is on, or of. */
export type WorkedOn = (service: string | undefined, on: FlatRecord) => boolean;

/** What is asked for. */
export interface WorkedOnOptions extends ScanOptions {
  readonly restores: readonly FlatRecord[];
  /** Records that set values. */
  readonly setting: readonly FlatRecord[];
  /** Which records count at all, as those before a time. */
  readonly isCounted: (record: FlatRecord) => boolean;
  /** Further terms, as of a query. */
  readonly within?: Query["terms"] | undefined;
}

/**
 * Reads what the services of restores did, where others than they have set values.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function readWorkedOn(
  sources: readonly TrailSource[],
  { restores, setting, isCounted, within = [], ...reading }: WorkedOnOptions,
): Promise<WorkedOn> {
  const services = new Set(
    restores.flatMap((one) => (one.service === undefined || isImported(one) ? [] : [one.service])),
  );
  const others = setting.filter(
    ({ service }) => services.size > 1 || service === undefined || !services.has(service),
  );
  if (services.size === 0 || others.length === 0) return () => false;
  const wanted = new Set(others.flatMap(keysOf));
  const worked = new Map([...services].map((service) => [service, new Set<string>()]));
  const query = { terms: [textTerm("service", ...services), ...within] };
  for await (const found of matchingRecords(sources, query, reading)) {
    if (found.kind !== "record" || isImported(found.record) || !isCounted(found.record)) continue;
    const own = worked.get(found.record.service ?? "");
    for (const key of keysOf(found.record)) if (wanted.has(key)) own?.add(key);
  }
  return (service = "", on) => {
    const own = worked.get(service);
    return own !== undefined && keysOf(on).some((key) => own.has(key));
  };
}

/** Its target, and the runs that it names. */
function keysOf(record: FlatRecord): readonly string[] {
  const { target_type: type = "", target_id: id } = record;
  const target = id === undefined ? [] : [JSON.stringify([type, id])];
  return [...target, ...[...runsOf(record).values()].map((run) => `run ${run}`)];
}
