/** The moment that somebody means: a record, a snapshot, or a time. */
import { ATTR_SNAPSHOT_ID } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { millisOfIso } from "../../lib/clock.ts";
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import {
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  TIME_EXAMPLES,
  type TimeRange,
  type TimeReading,
  type TimeSpan,
  timeSpanOf,
  type TrailSource,
} from "../../read/index.ts";
import { importOriginOf, isImported } from "../imported.ts";
import { findRecords } from "./find-record.ts";
import { instantAfter } from "./instant.ts";

/** A moment, and what it is the moment of. */
export interface Moment extends TimeSpan {
  readonly kind: "record" | "snapshot" | "time";
  /** As it was asked for. */
  readonly asked: string;
  /** The record that it is the moment of. */
  readonly record?: FlatRecord | undefined;
  /** What else is to be known: that there are others of that name. */
  readonly notes: readonly string[];
}

/** Actions by which a snapshot is made, the first ones, and used. */
const MAKING: readonly string[] = ["version_snapshot", "checkpoint_save"];
const USING: readonly string[] = ["checkpoint_restore"];

/** A moment, and what could not be read while it was looked for. */
export interface FoundMoment extends ReadingProblems {
  /** Undefined: nothing of that name. */
  readonly moment: Moment | undefined;
}

/** How moments are looked for. */
export interface MomentOptions extends ScanOptions, TimeReading {}

/**
 * When a snapshot or a checkpoint was made; where nothing says so, when it was restored for the first time,
 * or what belongs to it began.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function snapshotMoment(
  sources: readonly TrailSource[],
  id: string,
  options: MomentOptions = {},
): Promise<FoundMoment> {
  const query: Query = { terms: [textTerm("about", id)] };
  const { records, ...problems } = await searchTrail(sources, query, {
    order: "oldest",
    ...options,
  });
  return { moment: momentOfSnapshot(id, records), ...problems };
}

/**
 * The same from records, the oldest first. What succeeded counts before what did not.
 */
export function momentOfSnapshot(id: string, records: readonly FlatRecord[]): Moment | undefined {
  const own = records.filter((record) => isOfSnapshot(record, id));
  const rankOf = (one: FlatRecord): number => {
    const { action_type: action, status } = one;
    const rank = MAKING.includes(action) ? 0 : USING.includes(action) ? 1 : 2;
    return rank * 2 + (status === "success" ? 0 : 1) + (isImported(one) ? 6 : 0);
  };
  const [record] = own.toSorted((left, right) => rankOf(left) - rankOf(right));
  if (record === undefined) return undefined;
  const isMaking = MAKING.includes(record.action_type);
  const others = own.filter(
    ({ action_type: action, record_id: other }) =>
      other !== record.record_id && [...MAKING, ...USING].includes(action),
  );
  const origin = importOriginOf(record);
  const notes = [
    ...(origin === undefined
      ? []
      : [
          `only an imported record tells of ${id}: ${record.record_id}; the time is that ${origin.time === undefined ? "of the import" : `which ${origin.file} says`}`,
        ]),
    ...(isMaking
      ? []
      : [
          `nothing that was read says when ${id} was made: this is ${record.record_id} (${record.action_type})`,
        ]),
    ...(others.length === 0
      ? []
      : [
          `${id} is named by ${others.length} more: ${others.slice(0, 5).map(momentText).join(", ")}${others.length > 5 ? ", …" : ""}`,
        ]),
  ];
  return { kind: "snapshot", asked: id, record, notes, ...claimedInstantOf(record) };
}

function momentText({ action_type: action, record_id: id, outcome = "" }: FlatRecord): string {
  return `${id} (${action}, ${outcome})`;
}

function isOfSnapshot(record: FlatRecord, id: string): boolean {
  const { action_type: action, target_id: target, details, attributes } = record;
  if (attributes[ATTR_SNAPSHOT_ID] === id) return true;
  if (![...MAKING, ...USING].includes(action)) return false;
  const name = action === "version_snapshot" ? details["name"] : details["checkpoint_id"];
  return target === id || name === id || (typeof name === "number" && String(name) === id);
}

/** Of an imported record the time that its file says. */
function claimedInstantOf(record: FlatRecord): TimeSpan {
  const time = importOriginOf(record)?.time;
  const isTime = time !== undefined && millisOfIso(time) !== undefined;
  return instantOf(isTime ? { timestamp: time } : record);
}

function instantOf({ timestamp }: Pick<FlatRecord, "timestamp">): TimeSpan {
  return { from: timestamp, until: instantAfter(timestamp) };
}

/**
 * The moment that a text names: the record of that id, else the snapshot, else the time, else the record
 * whose id begins so.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function momentOf(
  sources: readonly TrailSource[],
  text: string,
  options: MomentOptions = {},
): Promise<FoundMoment & { readonly candidates: readonly FlatRecord[] }> {
  const span = timeSpanOf(text, options);
  const snapshot = await snapshotMoment(sources, text, options);
  const { moment, ...problems } = snapshot;
  if (moment !== undefined) {
    const isTime = span !== undefined;
    const notes = isTime ? [`${text} is taken for the snapshot of that name, not for a time`] : [];
    return {
      moment: { ...moment, notes: [...notes, ...moment.notes] },
      ...problems,
      candidates: [],
    };
  }
  if (span !== undefined)
    return {
      moment: { kind: "time", asked: text, notes: [], ...span },
      ...problems,
      candidates: [],
    };
  const found = await findRecords(sources, text, options);
  const [record] = found.records;
  const isOne = record !== undefined && found.total === 1;
  return {
    moment: isOne
      ? { kind: "record", asked: text, record, notes: [], ...instantOf(record) }
      : undefined,
    problems: found.problems,
    problemCount: found.problemCount,
    candidates: isOne ? [] : found.records,
  };
}

/** From one snapshot to another. */
export interface SnapshotWindow {
  readonly range: TimeRange;
  readonly from: Moment;
  readonly to: Moment;
}

/**
 * The time between two snapshots, whichever was first: for `query --between A B`. Both records are in it.
 *
 * @throws {AuditError} as a rejection: `invalid_option` where one is not there, naming it; `unreadable`.
 */
export async function snapshotWindow(
  sources: readonly TrailSource[],
  [first, second]: readonly [string, string],
  options: MomentOptions = {},
): Promise<SnapshotWindow> {
  const left = await boundOf(sources, first, options);
  const right = await boundOf(sources, second, options);
  const [from, to] = left.from <= right.from ? [left, right] : [right, left];
  return { range: { kind: "time", from: from.from, until: to.until }, from, to };
}

async function boundOf(
  sources: readonly TrailSource[],
  text: string,
  options: MomentOptions,
): Promise<Moment> {
  const { moment, candidates } = await momentOf(sources, text, options);
  if (moment !== undefined) return moment;
  const why =
    candidates.length > 0
      ? `is the beginning of ${candidates.length} records at least: give more of the id`
      : `is no snapshot or checkpoint that a record names, no id of a record, and no time as in ${TIME_EXAMPLES}`;
  throw new AuditError("invalid_option", `--between: ${shown(text)} ${why}`);
}
