/** The moment that somebody means: a record, a snapshot, or a time. */
import type { FlatRecord } from "../../format/index.ts";
import { millisOfIso } from "../../lib/clock.ts";
import {
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  type TimeRange,
  type TimeReading,
  type TimeSpan,
  timeSpanOf,
  type TrailSource,
} from "../../read/index.ts";
import { importOriginOf } from "../imported.ts";
import { findRecords } from "./find-record.ts";
import { inStreamOrder } from "../stream-order.ts";
import { instantAfter } from "./instant.ts";
import { runPlaceOf } from "./run-place.ts";
import { chooseSnapshot, MAKING, namesOf, type SnapshotQuestion } from "./snapshot.ts";

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

/** Why there is no moment. */
export type MomentQuestion =
  | SnapshotQuestion
  /** They begin so: 20 at most. */
  | { readonly kind: "beginning"; readonly records: readonly FlatRecord[] }
  | NoMoment;

/** Nothing of that name. */
export interface NoMoment {
  readonly kind: "none";
  /** How many records are about something else of that name. */
  readonly about: number;
  /** Names of snapshots that were made of it. */
  readonly snapshots: readonly string[];
}

/** A moment, and what could not be read while it was looked for. */
export interface FoundMoment extends ReadingProblems {
  readonly moment: Moment | undefined;
  /** Undefined where there is a moment. */
  readonly question: MomentQuestion | undefined;
}

/** How moments are looked for. */
export interface MomentOptions extends ScanOptions, TimeReading {
  /** The run that a snapshot is to be of. */
  readonly run?: string | undefined;
  /** As of {@link SnapshotChoice}. */
  readonly isAttemptTaken?: boolean | undefined;
}

async function snapshotMoment(
  sources: readonly TrailSource[],
  id: string,
  { run, isAttemptTaken, ...options }: MomentOptions,
): Promise<FoundMoment> {
  const query: Query = { terms: [textTerm("about", id)] };
  const { records: found, ...problems } = await searchTrail(sources, query, options);
  const records = inStreamOrder(found);
  const place =
    run === undefined || records.length === 0 ? undefined : await runPlaceOf(sources, run, options);
  const chosen = chooseSnapshot(id, records, { place, isAttemptTaken });
  if (chosen?.kind !== "chosen") {
    const made = records.filter(
      ({ action_type: action, target_id: target, status }) =>
        MAKING.includes(action) && target === id && status === "success",
    );
    const snapshots = [...new Set(made.flatMap((record) => namesOf(record).slice(0, 1)))];
    const none = { kind: "none", about: records.length, snapshots } as const;
    return { moment: undefined, question: chosen ?? none, ...problems };
  }
  const { record, notes } = chosen;
  const moment = {
    kind: "snapshot",
    asked: id,
    record,
    notes,
    ...claimedInstantOf(record),
  } as const;
  return { moment, question: undefined, ...problems };
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
 * The moment that a text names: the snapshot of that name, when it was made; else the time; else the record of
 * that id, or the one whose id begins so.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function momentOf(
  sources: readonly TrailSource[],
  text: string,
  options: MomentOptions = {},
): Promise<FoundMoment> {
  const span = timeSpanOf(text, options);
  const snapshot = await snapshotMoment(sources, text, options);
  const { moment, question, ...problems } = snapshot;
  if (question !== undefined && question.kind !== "none") return snapshot;
  if (moment !== undefined) {
    const isTime = span !== undefined;
    const notes = isTime ? [`${text} is taken for the snapshot of that name, not for a time`] : [];
    return { ...snapshot, moment: { ...moment, notes: [...notes, ...moment.notes] } };
  }
  if (span !== undefined) {
    const time: Moment = { kind: "time", asked: text, notes: [], ...span };
    return { moment: time, question: undefined, ...problems };
  }
  const { records, total, ...read } = await findRecords(sources, text, options);
  const [record] = records;
  if (record === undefined) return { moment: undefined, question, ...read };
  return total === 1
    ? {
        moment: { kind: "record", asked: text, record, notes: [], ...instantOf(record) },
        question: undefined,
        ...read,
      }
    : { moment: undefined, question: { kind: "beginning", records }, ...read };
}

/** From one moment to another. */
export interface MomentWindow {
  readonly range: TimeRange;
  readonly from: Moment;
  readonly to: Moment;
}

/** The window, or which of the two is no moment. */
export type FoundWindow =
  | { readonly kind: "window"; readonly window: MomentWindow }
  | { readonly kind: "question"; readonly asked: string; readonly found: FoundMoment };

/**
 * The time between two moments, whichever was first: for `query --between A B`. Both are in it, and of what is
 * longer than an instant all.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function momentWindow(
  sources: readonly TrailSource[],
  [first, second]: readonly [string, string],
  options: MomentOptions = {},
): Promise<FoundWindow> {
  const one = await momentOf(sources, first, options);
  if (one.moment === undefined) return { kind: "question", asked: first, found: one };
  const other = await momentOf(sources, second, options);
  if (other.moment === undefined) return { kind: "question", asked: second, found: other };
  const isInOrder = one.moment.from <= other.moment.from;
  const [from, to] = isInOrder ? [one.moment, other.moment] : [other.moment, one.moment];
  return {
    kind: "window",
    window: { range: { kind: "time", from: from.from, until: to.until }, from, to },
  };
}
