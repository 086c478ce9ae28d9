/** What happened around a moment, and how the figures of a run stood before and after each event. */
import type { FlatRecord } from "../../format/index.ts";
import { firstWhere } from "../../lib/first-where.ts";
import {
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  timeTerm,
  type TimeSpan,
  type TrailSource,
} from "../../read/index.ts";
import { inStreamOrder } from "../stream-order.ts";
import { shifted, microsOf } from "./instant.ts";
import type { Metrics } from "./metrics.ts";
import type { Moment } from "./moment.ts";

/** A figure at one side of an event. */
export interface Sample {
  readonly time: string;
  /** Null: it is no number, or no finite one; JSON has no word for it. `text` has. */
  readonly value: number | null;
  readonly text: string;
}

/** How one figure stood. */
export interface MetricAround {
  readonly name: string;
  /** The last one before the event, or at its very time. */
  readonly before: Sample | null;
  /** The first one after it. */
  readonly after: Sample | null;
  /** After less before. */
  readonly delta: number | null;
}

/** One event of the window. */
export interface EventAround {
  readonly record: FlatRecord;
  /** Whether it is the one that was asked for. */
  readonly isAsked: boolean;
  /** Milliseconds with fractions from the moment to the event; negative: before it. */
  readonly offsetMillis: number;
  readonly metrics: readonly MetricAround[];
}

/** A window, and what is in it. */
export interface Around extends ReadingProblems {
  readonly window: TimeSpan;
  /** The oldest first. */
  readonly events: readonly EventAround[];
  /** How many there are: more than `events` where there is a limit. */
  readonly total: number;
}

/** How it is looked for. */
export interface AroundOptions extends ScanOptions {
  /** Before the moment, and after it. */
  readonly windowMillis: number;
  readonly metrics?: Metrics | undefined;
  /** Names of those that are wanted. Default: all. */
  readonly metricNames?: readonly string[] | undefined;
  /** Further terms, as of a query. */
  readonly within?: Query["terms"] | undefined;
  /** So many of those nearest to the moment. Default: all. */
  readonly limit?: number | undefined;
}

/**
 * Everything in the window: actions, and the record itself whatever its kind is.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function eventsAround(
  sources: readonly TrailSource[],
  moment: Moment,
  options: AroundOptions,
): Promise<Around> {
  const { windowMillis, metrics, within = [], limit = Infinity, ...reading } = options;
  const window = {
    from: shifted(moment.from, -windowMillis),
    until: shifted(moment.until, windowMillis),
  };
  const found = await searchTrail(
    sources,
    { terms: [timeTerm(window), ...within] },
    { order: "oldest", ...reading },
  );
  const asked = moment.record;
  const isIn = found.records.some(({ record_id: id }) => id === asked?.record_id);
  const records = asked === undefined || isIn ? found.records : [...found.records, asked];
  const figuresOf = metrics === undefined ? () => [] : metricsAround(metrics, options.metricNames);
  const events = inStreamOrder(nearest(records, moment, limit)).map((record) => ({
    record,
    isAsked: record.record_id === asked?.record_id,
    offsetMillis: offsetOf(record, moment),
    metrics: figuresOf(record.timestamp),
  }));
  const { problems, problemCount } = found;
  return { window, events, total: records.length, problems, problemCount };
}

function nearest(
  records: readonly FlatRecord[],
  moment: Moment,
  limit: number,
): readonly FlatRecord[] {
  if (records.length <= limit) return records;
  const distance = (record: FlatRecord): number => Math.abs(offsetOf(record, moment));
  return records.toSorted((left, right) => distance(left) - distance(right)).slice(0, limit);
}

/** From a record to it; of a time, which may be a day, from its nearer end, and 0 within it. */
function offsetOf({ timestamp }: FlatRecord, { kind, from, until }: Moment): number {
  const at = microsOf(timestamp) ?? 0n;
  const isBefore = kind !== "time" || timestamp < from;
  const border = isBefore ? from : timestamp >= until ? until : timestamp;
  return Number(at - (microsOf(border) ?? at)) / 1000;
}

/** Looks up figures around times. */
export function metricsAround(
  { names, rows }: Metrics,
  wanted: readonly string[] = names,
): (time: string) => readonly MetricAround[] {
  const series = wanted.map((name) => {
    const at = names.indexOf(name);
    const samples = rows.flatMap(({ time, values }) => {
      const value = values[at];
      return value === undefined ? [] : [{ time, value }];
    });
    return { name, samples };
  });
  return (time) =>
    series.map(({ name, samples }) => {
      const after = firstAfter(samples, time);
      const [left, right] = [samples[after - 1], samples[after]];
      const delta =
        left === undefined || right === undefined ? Number.NaN : right.value - left.value;
      return {
        name,
        before: sampleOf(left),
        after: sampleOf(right),
        delta: Number.isFinite(delta) ? delta : null,
      };
    });
}

interface Figure {
  readonly time: string;
  readonly value: number;
}

/** Place of the first one later than a time. */
function firstAfter(samples: readonly Figure[], time: string): number {
  return firstWhere(samples, (one) => one.time > time);
}

function sampleOf(figure: Figure | undefined): Sample | null {
  if (figure === undefined) return null;
  const { time, value } = figure;
  return { time, value: Number.isFinite(value) ? value : null, text: String(value) };
}
