import type { FlatRecord } from "../../format/index.ts";
import type { FileProblem } from "../block.ts";
import type { Query } from "../query/query.ts";
import { KEY_BREAK } from "./group-keys.ts";
import { createProblemList, type ReadingProblems } from "./problem-list.ts";
import { scanTrail, type ScanOptions } from "./scan-trail.ts";
import { type GroupKey, type Order, type ScannedGroups, TIME_BREAK } from "./scanned-block.ts";
import { createSortedRows, type SortedRow } from "./sorted-rows.ts";
import type { TrailSource } from "./sources.ts";

/** What a search found. */
export interface SearchResult extends ReadingProblems {
  readonly records: readonly FlatRecord[];
  /** How many match: more than `records` where there is a limit. */
  readonly total: number;
}

/** Options of {@link searchTrail}. */
export interface SearchOptions extends ScanOptions {
  /** Default: newest. */
  readonly order?: Order | undefined;
  /** Default: all, which are held in memory. */
  readonly limit?: number | undefined;
}

/**
 * The records that match, each once: actions, as views show them, unless the query names kinds of records.
 * An action that began and has no result is one of them, with outcome `unknown`. Of records of one id that
 * of a journal is taken, where one has it, or else the first that matches: copies of a view or a store differ
 * in their bytes. Whether all say the same is what `verify` tells.
 *
 * With a limit no more than about twice as many records are held in memory; beyond 48 MiB threads read.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read. With a signal that was
 * aborted it rejects with the reason of that.
 * @example
 * const { records, total } = await searchTrail(await sourcesOf(["./audit"]), parseQuery("actor:ann"), { limit: 20 });
 */
export async function searchTrail(
  sources: readonly TrailSource[],
  query: Query,
  options: SearchOptions = {},
): Promise<SearchResult> {
  const { records, ...rest } = await sortTrail(sources, query, options);
  return { records: [...records], ...rest };
}

/** The same records, one by one. */
export interface SortResult extends ReadingProblems {
  /** Can be gone through once. */
  readonly records: Iterable<FlatRecord>;
  /** How many match: more than `records` where there is a limit. */
  readonly total: number;
}

/** Options of {@link sortTrail}. */
export interface SortOptions extends SearchOptions {
  /**
   * Where records are put by that memory should not hold, compressed, in a file that has no name; some 100 MiB
   * are held then. Default: memory holds all.
   */
  readonly directory?: string | undefined;
}

/**
 * {@link searchTrail} for more records than memory holds.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read, or the directory has no room.
 */
export async function sortTrail(
  sources: readonly TrailSource[],
  query: Query,
  { order = "newest", limit, directory, ...options }: SortOptions = {},
): Promise<SortResult> {
  const wrong = createProblemList();
  const sorted = createSortedRows({ order, limit, directory });
  let total = 0;
  const fold = { kind: "records", order, limit } as const;
  for await (const { scanned, isFirst } of scanTrail(sources, { query, fold }, options)) {
    wrong.add(scanned.problems);
    for (const is of isFirst) total += is;
    for (const row of scanned.rows) if (isFirst[row.at] === 1) sorted.add(row);
    await sorted.makeRoom();
  }
  const { problems, problemCount } = wrong;
  return { records: recordsOf(sorted.end()), total, problems, problemCount };
}

function* recordsOf(rows: Iterable<SortedRow>): Generator<FlatRecord> {
  for (const { text } of rows) yield parse(text);
}

/** How many records are of each group. */
export interface GroupCounts extends ReadingProblems {
  /** Every group, each once; the keys of the map mean nothing, `values` has those of the group. */
  readonly counts: ReadonlyMap<string, GroupCount>;
  /** Records; one may be of several groups. */
  readonly total: number;
}

/** One group. */
export interface GroupCount {
  /** One for each part that was asked for, in that order; of a piece of time its start, ISO 8601 with offset. */
  readonly values: readonly string[];
  readonly records: number;
  /** More than the records where one stands for several (`audit.count`). */
  readonly events: number;
  /** The earliest time of a record: ISO 8601 UTC. */
  readonly first: string;
  /** The latest. */
  readonly last: string;
}

/** Counts of several ways to group. */
export interface WaysCounted extends ReadingProblems {
  /** Of each way, in the order in which they were asked for. */
  readonly ways: readonly GroupCounts["counts"][];
  readonly total: number;
}

/**
 * Counts the records that match, by fields or pieces of time. A record without a value is of the group of
 * the empty text, one with several values of several groups.
 *
 * @param by parts of the key of a group; none: one group of all.
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 * @example
 * await countTrail(sources, EVERYTHING, [{ field: "actor" }, { interval: "day", zone: "UTC" }]);
 */
export async function countTrail(
  sources: readonly TrailSource[],
  query: Query,
  by: readonly GroupKey[],
  options: ScanOptions = {},
): Promise<GroupCounts> {
  const { ways, ...rest } = await countTrailWays(sources, query, [by], options);
  return { counts: ways[0] ?? new Map<string, GroupCount>(), ...rest };
}

/**
 * The same for several ways to group, in one reading. A way without keys is one group of all.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function countTrailWays(
  sources: readonly TrailSource[],
  query: Query,
  by: readonly (readonly GroupKey[])[],
  options: ScanOptions = {},
): Promise<WaysCounted> {
  const wrong = createProblemList();
  const ways = by.map(() => new Map<string, Writable<GroupCount>>());
  let total = 0;
  const fold = { kind: "groups", ways: by } as const;
  for await (const { scanned, isFirst } of scanTrail(sources, { query, fold }, options)) {
    wrong.add(scanned.problems);
    for (const is of isFirst) total += is;
    addGroups(ways, scanned.groups, isFirst);
  }
  const { problems, problemCount } = wrong;
  return { ways, total, problems, problemCount };
}

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

function addGroups(
  ways: readonly Map<string, Writable<GroupCount>>[],
  { keys, way, first, last, times, at, key, weight }: ScannedGroups,
  isFirst: Uint8Array,
): void {
  // Of the times of a group in a block, those of all its matches: where one does not count, each is looked at.
  const each = isFirst.includes(0) ? times.split(TIME_BREAK) : undefined;
  const groups: (Writable<GroupCount> | undefined)[] = [];
  for (const [index, place] of at.entries()) {
    if (isFirst[place] !== 1) continue;
    const of = key[index] ?? 0;
    let group = groups[of];
    if (group === undefined) {
      const time = each === undefined ? first[of] : each[place];
      groups[of] = group = groupIn(ways[way[of] ?? 0], keys[of] ?? "", time ?? "");
      if (each === undefined) widen(group, first[of], last[of]);
    }
    if (each !== undefined) widen(group, each[place], each[place]);
    group.records++;
    group.events += weight[index] ?? 1;
  }
}

function widen(group: Writable<GroupCount>, from = group.first, until = group.last): void {
  if (from < group.first) group.first = from;
  if (until > group.last) group.last = until;
}

/** The group of a name; a new one where there is none. */
function groupIn(
  counts: Map<string, Writable<GroupCount>> | undefined,
  name: string,
  time: string,
): Writable<GroupCount> {
  const known = counts?.get(name);
  if (known !== undefined) return known;
  const group = { values: name.split(KEY_BREAK), records: 0, events: 0, first: time, last: time };
  counts?.set(name, group);
  return group;
}

/** A record that matches, and where it was first found; or a place that holds none. */
export type Matching =
  | {
      readonly kind: "record";
      readonly record: FlatRecord;
      /** Name of the source; empty for an action without a result, which is known for one at the end. */
      readonly source: string;
      /** Counted from 1; 0 where `source` is empty. */
      readonly line: number;
    }
  | FileProblem;

/**
 * The records that match, each once, as they are read: within a stream in its order. None is held in memory
 * longer than it takes; whoever leaves the loop ends the reading.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function* matchingRecords(
  sources: readonly TrailSource[],
  query: Query,
  options: ScanOptions = {},
): AsyncGenerator<Matching> {
  const fold = { kind: "records", order: "read" } as const;
  for await (const { source, scanned, isFirst } of scanTrail(sources, { query, fold }, options)) {
    yield* scanned.problems;
    for (const { at, text, line } of scanned.rows)
      if (isFirst[at] === 1) yield { kind: "record", record: parse(text), source, line };
  }
}

/** The text is one that we made. */
function parse(text: string): FlatRecord {
  return JSON.parse(text) as FlatRecord;
}
