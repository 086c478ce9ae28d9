/** How many records are of each group that somebody names. */
import {
  countTrailWays,
  type GroupCount,
  type GroupKey,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  type TrailSource,
} from "../read/index.ts";

/** Groups of a trail. */
export interface TrailGroups extends ReadingProblems {
  /** What was grouped by. */
  readonly fields: readonly string[];
  /** By their events, largest first. */
  readonly groups: readonly {
    /** In the order of the fields; empty: a record says nothing of it. */
    readonly values: readonly string[];
    readonly records: number;
    /** More than the records where one stands for several. */
    readonly events: number;
  }[];
  /** Records; one may be of several groups. */
  readonly total: number;
  /** What all of them stand for. */
  readonly events: number;
  /** Of the records: those of an imported log, where pieces of time are asked for; else they stand in their groups. */
  readonly imported: number;
}

/** How records are grouped. */
export interface GroupOptions extends ScanOptions {
  /** Whose days, weeks and months are meant. */
  readonly zone: string;
  /** Names of fields, attributes, `details.` with a path, or pieces of time; at least one. */
  readonly by: readonly string[];
}

const INTERVALS = ["minute", "hour", "day", "week", "month", "year"] as const;

/** What a name of a grouping stands for: a piece of time, or a field. */
export function groupKeyOf(name: string, zone: string): GroupKey {
  const interval = INTERVALS.find((one) => one === name);
  return interval === undefined ? { field: name } : { interval, zone };
}

/**
 * Counts, in one reading.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function groupTrail(
  sources: readonly TrailSource[],
  query: Query,
  { zone, by, ...options }: GroupOptions,
): Promise<TrailGroups> {
  const keys = by.map((name) => groupKeyOf(name, zone));
  const origins = keys.some((key) => "interval" in key) ? [IMPORT_FILES] : [];
  const counted = await countTrailWays(sources, query, [[], keys, ...origins], options);
  const [all, groups, files = []] = counted.ways.map((counts) => [...counts.values()]);
  return {
    fields: by,
    groups: (groups ?? [])
      .toSorted(byEvents)
      .map(({ values, records, events }) => ({ values, records, events })),
    total: counted.total,
    events: all?.[0]?.events ?? 0,
    imported: importedIn(files),
    problems: counted.problems,
    problemCount: counted.problemCount,
  };
}

/** Groups by the file that a record was imported from. */
export const IMPORT_FILES: readonly GroupKey[] = [{ field: "imported" }];

/** Records of {@link IMPORT_FILES} that are no originals. */
export function importedIn(files: readonly GroupCount[]): number {
  return files
    .filter(({ values: [file = ""] }) => file !== "")
    .reduce((sum, { records }) => sum + records, 0);
}

/** The largest first; of one size, by name. */
export function byEvents(left: GroupCount, right: GroupCount): number {
  if (left.events !== right.events) return right.events - left.events;
  return left.values.join("\0") < right.values.join("\0") ? -1 : 1;
}
