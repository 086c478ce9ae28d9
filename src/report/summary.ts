/** How much of what a trail holds. */
import {
  countTrailWays,
  type GroupCount,
  type GroupKey,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  type TrailSource,
} from "../read/index.ts";
import { gapTotals, type GapTotals } from "./gap-totals.ts";
import { byEvents } from "./groups.ts";

/** How many records are of something, and how many events they stand for. */
export interface Total {
  /** Empty: they say nothing of it. */
  readonly name: string;
  readonly records: number;
  /** More than the records where one stands for several. */
  readonly events: number;
}

/** What is in a trail, counted; each list with the largest first, days in their order. */
export interface TrailSummary extends ReadingProblems {
  readonly total: number;
  readonly events: number;
  readonly actions: readonly Total[];
  readonly statuses: readonly Total[];
  readonly outcomes: readonly Total[];
  readonly actors: readonly Total[];
  readonly days: readonly Total[];
  readonly services: readonly Total[];
  readonly streams: readonly Total[];
  readonly highImpact: number;
  readonly denied: number;
  /** Of all of them those that are of an imported log, by their actions. */
  readonly imported: readonly Total[];
  /** Time of the earliest and the latest record; undefined: there is none. */
  readonly first?: string;
  readonly last?: string;
  /**
   * What gap records of that time, and of the services and streams that were asked for, add up to: they are none
   * of the others. Undefined: something can be read only once.
   */
  readonly gaps?: GapTotals;
}

/** What a summary is made of. */
export interface SummaryOptions extends ScanOptions {
  /** Whose days are counted. */
  readonly zone: string;
}

/**
 * Counts, in one reading, and another one for the gap records.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function summariseTrail(
  sources: readonly TrailSource[],
  query: Query,
  { zone, ...options }: SummaryOptions,
): Promise<TrailSummary> {
  const fields = ["action", "status", "outcome", "actor", "service", "stream", "impact"];
  const ways: (readonly GroupKey[])[] = [
    [],
    [{ interval: "day", zone }],
    ["imported", "action"].map((field) => ({ field })),
    ...fields.map((field) => [{ field }]),
  ];
  const counted = await countTrailWays(sources, query, ways, options);
  const canReadAgain = sources.every(({ isReadOnce }) => isReadOnce !== true);
  const gaps = canReadAgain
    ? await gapTotals(sources, query, { signal: options.signal })
    : undefined;
  const [all, days, origins, ...rest] = counted.ways.map((counts) => [...counts.values()]);
  const [actions, statuses, outcomes, actors, services, streams, impacts] = rest.map(totalsOf);
  const [whole] = all ?? [];
  const isNamed = ({ name }: Total): boolean => name !== "";
  return {
    total: counted.total,
    events: whole?.events ?? 0,
    actions: actions ?? [],
    statuses: statuses ?? [],
    outcomes: outcomes ?? [],
    actors: actors ?? [],
    days: totalsOf(days ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    services: services?.filter(isNamed) ?? [],
    streams: streams?.filter(isNamed) ?? [],
    highImpact: recordsOf(impacts, "high"),
    denied: recordsOf(outcomes, "denied"),
    imported: importedTotals(origins ?? []),
    ...(whole === undefined ? {} : { first: whole.first, last: whole.last }),
    ...(gaps === undefined ? {} : { gaps }),
    problems: counted.problems,
    problemCount: counted.problemCount,
  };
}

function recordsOf(totals: readonly Total[] | undefined, name: string): number {
  return totals?.find((total) => total.name === name)?.records ?? 0;
}

/** Of files and actions: those of a file, by action. */
function importedTotals(counts: readonly GroupCount[]): readonly Total[] {
  const byAction = new Map<string, { name: string; records: number; events: number }>();
  for (const { values, records, events } of counts.toSorted(byEvents)) {
    const [file = "", name = ""] = values;
    if (file === "") continue;
    const total = byAction.get(name) ?? { name, records: 0, events: 0 };
    byAction.set(name, total);
    total.records += records;
    total.events += events;
  }
  return [...byAction.values()].toSorted((left, right) => right.events - left.events);
}

function totalsOf(counts: readonly GroupCount[]): readonly Total[] {
  return counts
    .toSorted(byEvents)
    .map(({ values, records, events }) => ({ name: values[0] ?? "", records, events }));
}
