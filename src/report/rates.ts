/** How many events there are over time. */
import { DateTime } from "luxon";
import { AuditError } from "../lib/errors.ts";
import {
  countTrailWays,
  type GroupCount,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  type TrailSource,
} from "../read/index.ts";
import { groupKeyOf, IMPORT_FILES, importedIn } from "./groups.ts";

/** Pieces of time that rates are shown in. */
export const RATE_INTERVALS = ["hour", "day", "week", "month", "year"] as const;

/** One of them. */
export type RateInterval = (typeof RATE_INTERVALS)[number];

/** Events of one group over time. */
export interface RateSeries {
  /** Empty: the records say nothing of it, or nothing was grouped. */
  readonly name: string;
  readonly total: number;
  /** For each piece of time; zeros included. */
  readonly events: readonly number[];
}

/** Events over time. */
export interface Rates extends ReadingProblems {
  readonly interval: RateInterval;
  readonly zone: string;
  /** What the series are of; undefined: of everything. */
  readonly by?: string | undefined;
  /** Start of every piece of time from the first to the last, ISO 8601 with offset. */
  readonly starts: readonly string[];
  /** Largest first. */
  readonly series: readonly RateSeries[];
  readonly records: number;
  readonly events: number;
  /** Of the records: those of an imported log, which stand at the time of the import. */
  readonly imported: number;
}

/** How rates are counted. */
export interface RatesOptions extends ScanOptions {
  /** Default: one that gives a screen of them. */
  readonly interval?: RateInterval | undefined;
  /** The name of a field. */
  readonly by?: string | undefined;
  /** Whose days they are. */
  readonly zone: string;
}

/** Rows that a screen shows. */
const SCREEN_STARTS = 60;
/** More are no picture of anything; a wrong clock would make millions. */
const MAX_STARTS = 20_000;

/**
 * Counts events by pieces of time.
 *
 * @throws {AuditError} as a rejection: `unreadable`; `invalid_option` where there are too many pieces.
 */
export async function countRates(
  sources: readonly TrailSource[],
  query: Query,
  { interval, by, zone, ...options }: RatesOptions,
): Promise<Rates> {
  const keys = [groupKeyOf(interval ?? "hour", zone), ...(by === undefined ? [] : [{ field: by }])];
  const counted = await countTrailWays(sources, query, [keys, IMPORT_FILES], options);
  const { total, problems, problemCount } = counted;
  const [groups = [], files = []] = counted.ways.map((counts) => [...counts.values()]);
  const own = interval ?? fittingInterval(groups, zone);
  const series = new Map<string, number[]>();
  const known = new Map<string, string>();
  const ownStart = (time: string): string => {
    // What was counted by it is its start already.
    if (interval === own || own === "hour") return time;
    const start = known.get(time) ?? startOf(time, own, zone);
    known.set(time, start);
    return start;
  };
  const starts = withAll(
    startsOf(groups, own, zone),
    groups.map(({ values: [time = ""] }) => ownStart(time)),
  );
  const at = new Map(starts.map((start, index) => [start, index]));
  for (const { values, events } of groups) {
    const [time = "", name = ""] = values;
    const place = at.get(ownStart(time));
    const row = series.get(name) ?? Array.from({ length: starts.length }, () => 0);
    series.set(name, row);
    if (place !== undefined) row[place] = (row[place] ?? 0) + events;
  }
  return {
    interval: own,
    zone,
    by,
    starts,
    series: [...series].map(([name, events]) => seriesOf(name, events)).toSorted(byTotal),
    records: total,
    events: groups.reduce((sum, { events }) => sum + events, 0),
    imported: importedIn(files),
    problems,
    problemCount,
  };
}

function seriesOf(name: string, events: readonly number[]): RateSeries {
  return { name, events, total: events.reduce((sum, count) => sum + count, 0) };
}

function byTotal(left: RateSeries, right: RateSeries): number {
  return right.total - left.total || (left.name < right.name ? -1 : 1);
}

function startOf(time: string, interval: RateInterval, zone: string): string {
  return (
    DateTime.fromISO(time, { zone }).startOf(interval).toISO({ suppressMilliseconds: true }) ?? ""
  );
}

interface Limits {
  readonly first: DateTime;
  readonly last: DateTime;
}

/** Undefined: there is no time among them. */
function limitsOf(groups: readonly GroupCount[], zone: string): Limits | undefined {
  const times = groups.map(({ first }) => first).filter((time) => time !== "");
  const latest = groups.map(({ last }) => last).filter((time) => time !== "");
  const [first, last] = [times.toSorted()[0], latest.toSorted().at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const limits = {
    first: DateTime.fromISO(first, { zone }),
    last: DateTime.fromISO(last, { zone }),
  };
  return limits.first.isValid && limits.last.isValid ? limits : undefined;
}

function fittingInterval(groups: readonly GroupCount[], zone: string): RateInterval {
  const limits = limitsOf(groups, zone);
  if (limits === undefined) return "day";
  const fits = (interval: RateInterval): boolean =>
    limits.last.diff(limits.first, interval).as(interval) < SCREEN_STARTS;
  return RATE_INTERVALS.find(fits) ?? "year";
}

/** Every piece of time, also those in which nothing happened. */
function startsOf(
  groups: readonly GroupCount[],
  interval: RateInterval,
  zone: string,
): readonly string[] {
  const limits = limitsOf(groups, zone);
  if (limits === undefined) return [];
  const { first, last } = limits;
  const starts: string[] = [];
  const begin = first.startOf(interval);
  for (let count = 0; ; count++) {
    // From the first on, not from the one before: a day is not always 24 hours.
    const start = begin.plus({ [interval]: count });
    if (start > last) return starts;
    if (starts.length >= MAX_STARTS)
      throw new AuditError(
        "invalid_option",
        `there are more than ${MAX_STARTS} pieces of time from ${first.toISODate()} to ${last.toISODate()} with --interval ${interval}: take a longer one, or give --since and --until`,
      );
    const text = start.startOf(interval).toISO({ suppressMilliseconds: true }) ?? "";
    if (text !== starts.at(-1)) starts.push(text);
  }
}

/** Hours are not all of one length where clocks are changed by less: going on by hours passes some over. */
function withAll(starts: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(starts);
  const missing = new Set(others.filter((start) => start !== "" && !known.has(start)));
  if (missing.size === 0) return starts;
  return [...starts, ...missing].toSorted((one, other) => Date.parse(one) - Date.parse(other));
}
