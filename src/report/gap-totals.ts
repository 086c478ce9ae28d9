import { RECORDS_LOST, RECORDS_UNCONFIRMED } from "../event/index.ts";
import { counted, verbFor } from "../lib/counted.ts";
import {
  countTrail,
  type Query,
  type ScanOptions,
  textTerm,
  type TrailSource,
} from "../read/index.ts";

/** What the gap records of a trail add up to. */
export interface GapTotals {
  /** Gap records, each once. */
  readonly records: number;
  /** Events that they say were lost: no other record is of them. */
  readonly lost: number;
  /** Events whose records are here, and may not survive a power loss. */
  readonly unconfirmed: number;
}

/** Fields of a query that gap records have too: they are of no actor, and of no action that somebody took. */
const SHARED: ReadonlySet<string> = new Set(["created", "service", "stream"]);

/**
 * Adds up the gap records of the time, services and streams that a query asks for; its other terms say nothing
 * of them. What can be read only once is left out: somebody else has read it.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function gapTotals(
  sources: readonly TrailSource[],
  { terms }: Query,
  options: ScanOptions = {},
): Promise<GapTotals> {
  const again = sources.filter(({ isReadOnce }) => isReadOnce !== true);
  const query = {
    terms: [textTerm("kind", "gap"), ...terms.filter(({ field }) => SHARED.has(field))],
  };
  const { counts, total } = await countTrail(again, query, [{ field: "action" }], options);
  const eventsOf = (action: string): number =>
    [...counts.values()].find(({ values }) => values[0] === action)?.events ?? 0;
  return {
    records: total,
    lost: eventsOf(RECORDS_LOST),
    unconfirmed: eventsOf(RECORDS_UNCONFIRMED),
  };
}

/** In words, as in `2 gap records: 12 events were lost`; undefined: there is none. */
export function gapText({ records, lost, unconfirmed }: GapTotals): string | undefined {
  if (records === 0) return undefined;
  const said = [
    ...(lost === 0 ? [] : [`${counted(lost, "event")} ${verbFor(lost, "was")} lost`]),
    ...(unconfirmed === 0 ? [] : [`${counted(unconfirmed, "event")} may not survive a power loss`]),
  ];
  return `${counted(records, "gap record")}${said.length === 0 ? "" : `: ${said.join(", ")}`}`;
}
