/** What came before something that went wrong. */
import { ANONYMOUS } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { matchingRecords, type ScanOptions, type TrailSource } from "../../read/index.ts";
import { toIsoMicros } from "../../lib/clock.ts";
import { isImported, ORIGINALS } from "../imported.ts";
import type { StreamOrder } from "../stream-order.ts";
import { withoutAccess } from "./access-records.ts";
import type { LeadUp } from "./material.ts";
import { periodTerms } from "./period.ts";

/** So many of them are shown. */
export const LEAD_UP_EVENTS = 5;
/** What is older did not lead to it. */
export const LEAD_UP_HOURS = 24;
/** Of more failures than this nobody reads what led to each. */
export const MAX_LED_UP = 500;

const HOUR_MICROS = 3_600_000_000n;

/** How records belong together; the first that holds is said. */
const TIES: readonly {
  readonly why: string;
  readonly of: (record: FlatRecord) => string | undefined;
}[] = [
  { why: "same call", of: ({ call_id: call }) => call },
  { why: "same trace", of: ({ trace_id: trace }) => trace },
  {
    why: "same target",
    of: ({ target_type: type = "", target_id: id }) => (id === undefined ? id : `${type}\0${id}`),
  },
  { why: "same actor", of: ({ actor_id: id }) => (id === ANONYMOUS ? undefined : id) },
];

interface Followed {
  readonly record: FlatRecord;
  /** Not before this time. */
  readonly from: string;
  /** Oldest first. */
  readonly leadUps: LeadUp[];
}

/**
 * The events before each of some records that belong to it, by its id. Where there are more than
 * {@link MAX_LED_UP} records, those before the last so many.
 */
export async function leadUpsTo(
  records: readonly FlatRecord[],
  sources: readonly TrailSource[],
  { oldestFirst, timeOf, ...options }: ScanOptions & StreamOrder,
): Promise<ReadonlyMap<string, readonly LeadUp[]>> {
  const originals = records.filter((record) => !isImported(record));
  const followed = originals.slice(-MAX_LED_UP).map((record): Followed => {
    return { record, from: hoursBefore(record.timestamp), leadUps: [] };
  });
  const [first] = followed;
  if (first === undefined) return new Map();
  const ties = TIES.map(({ why, of }) => ({ why, of, by: groupedBy(followed, of) }));
  const from = followed.reduce((least, one) => (one.from < least ? one.from : least), first.from);
  // By its time of import nothing that is imported stands before or behind anything.
  const query = withoutAccess({ terms: [...periodTerms(from, undefined), ORIGINALS] });
  for await (const found of matchingRecords(sources, query, options)) {
    if (found.kind === "problem") continue;
    const { record } = found;
    const taken = new Set<Followed>();
    for (const { why, of, by } of ties) {
      const key = of(record);
      for (const one of (key === undefined ? undefined : by.get(key)) ?? []) {
        if (
          taken.has(one) ||
          timeOf(record) < one.from ||
          !isBefore(record, one.record, oldestFirst)
        )
          continue;
        taken.add(one);
        keep(one.leadUps, { why, record }, oldestFirst);
      }
    }
  }
  return new Map(followed.map(({ record, leadUps }) => [record.record_id, leadUps]));
}

function groupedBy(
  followed: readonly Followed[],
  of: (record: FlatRecord) => string | undefined,
): ReadonlyMap<string | undefined, readonly Followed[]> {
  return Map.groupBy(followed, ({ record }) => of(record));
}

type Compare = StreamOrder["oldestFirst"];

function isBefore(record: FlatRecord, other: FlatRecord, compare: Compare): boolean {
  return record.record_id !== other.record_id && compare(record, other) < 0;
}

/** The latest ones stay. */
function keep(leadUps: LeadUp[], one: LeadUp, compare: Compare): void {
  const [oldest] = leadUps;
  if (leadUps.length >= LEAD_UP_EVENTS && oldest !== undefined) {
    if (compare(one.record, oldest.record) < 0) return;
    leadUps.shift();
  }
  const at = leadUps.findIndex(({ record }) => compare(one.record, record) < 0);
  leadUps.splice(at < 0 ? leadUps.length : at, 0, one);
}

function hoursBefore(timestamp: string): string {
  const millis = Date.parse(timestamp);
  if (Number.isNaN(millis)) return timestamp;
  return toIsoMicros(BigInt(millis) * 1000n - BigInt(LEAD_UP_HOURS) * HOUR_MICROS);
}
