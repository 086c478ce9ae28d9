/**
 * Which segments of a directory's journals nobody needs any more.
 *
 * In: the journals, and how far views and shipping have got. Out: segments to delete, each stream
 * from its oldest on, and what keeps the limit from being met. Nothing is written. Promise: a segment
 * that somebody writes, that a view has not read, or that is not shipped where records are shipped,
 * is never among them.
 */
import { closeSync, openSync, lstatSync, readSync } from "node:fs";
import { join } from "node:path";
import { listSegments, listStreams, segmentFile, streamDirectory } from "../format/index.ts";
import { isStreamEnded, type JournalPosition } from "../journal/index.ts";
import type { RetentionState } from "./retention-state.ts";
import { loadShipState } from "./ship-state.ts";
import { listState, type ViewProgress } from "./view-progress.ts";

/** How long journals are kept. */
export interface RetentionRules {
  /** Milliseconds; Infinity: for ever. */
  readonly retainMillis: number;
  /** Bytes of all journals of the directory; Infinity: no limit. */
  readonly maxBytes: number;
  /**
   * Whether this process ships records. Where any process of the directory does, or did, nothing is
   * deleted that is not shipped, and time counts from that.
   */
  readonly isShipping: boolean;
}

/** A segment on disk. */
export interface KnownSegment {
  readonly stream: string;
  readonly number: number;
  readonly path: string;
  readonly bytes: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly lastWriteMillis: number;
  /** Why it must stay; undefined: nobody needs it. */
  readonly needed: string | undefined;
}

/** What may be deleted under one rule. */
export interface Deletion {
  /** The rule in words. */
  readonly policy: string;
  /** Ascending within a stream. */
  readonly segments: readonly KnownSegment[];
}

/** What is to be done. */
export interface RetentionPlan {
  readonly deletions: readonly Deletion[];
  /** Lines for people. The key says which warning it is: the same is said once. */
  readonly warnings: readonly { readonly key: string; readonly line: string }[];
}

/** What {@link planRetention} takes. */
export interface PlanOptions {
  readonly directory: string;
  readonly rules: RetentionRules;
  /** The stream that this process writes. */
  readonly ownStream: string;
  /** How far the views have got. */
  readonly views: readonly ViewProgress[];
  /** When segments were first seen to be shipped; added to here. */
  readonly state: RetentionState;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMillis: number;
}

const DAY_MILLIS = 24 * 60 * 60 * 1000;
const WARN_SHARE = 0.8;
/** No line is longer: what has no line end in so many bytes is the rest of a line that was cut. */
const LINE_BYTES = 256 * 1024;
const LINE_END = 0x0a;

/** Looks at every journal of the directory. Throws the system error where it cannot be read. */
export function planRetention(given: PlanOptions): RetentionPlan {
  const { retainMillis, maxBytes } = given.rules;
  if (retainMillis === Infinity && maxBytes === Infinity) return { deletions: [], warnings: [] };
  const isShipping = given.rules.isShipping || isShipped(given.directory);
  const options = { ...given, rules: { ...given.rules, isShipping } };
  const queues = listStreams(options.directory)
    .filter((stream) => isOwnFolder(streamDirectory(options.directory, stream)))
    .map((stream) => segmentsOf(stream, options))
    .filter((segments) => segments.length > 0);
  const aged = takeAged(queues, options);
  const { surplus, warnings } = takeSurplus(queues, options.rules);
  const deletions = [
    { policy: agePolicy(options.rules), segments: aged },
    { policy: `at most ${options.rules.maxBytes} bytes`, segments: surplus },
  ];
  return { deletions: deletions.filter(({ segments }) => segments.length > 0), warnings };
}

/** What a link leads to is not deleted. */
export function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === (process.getuid?.() ?? found.uid);
}

/** Whether any process that shares the directory ships, or did. */
function isShipped(directory: string): boolean {
  return listState(directory).some((file) => /^ship(-.+\.json|\.lock)$/.test(file));
}

function agePolicy({ retainMillis, isShipping }: RetentionRules): string {
  return `${retainMillis / DAY_MILLIS} days${isShipping ? " after shipping" : ""}`;
}

/** Takes what is old enough off the front of each queue. */
function takeAged(
  queues: KnownSegment[][],
  { rules, state, nowMillis }: PlanOptions,
): KnownSegment[] {
  const taken: KnownSegment[] = [];
  if (rules.retainMillis === Infinity) return taken;
  for (const queue of queues) {
    for (let head = queue[0]; head !== undefined && head.needed === undefined; head = queue[0]) {
      const since = rules.isShipping ? state.shippedAt(head, nowMillis) : head.lastWriteMillis;
      if (nowMillis - since < rules.retainMillis) break;
      taken.push(head);
      queue.shift();
    }
    // The time of those behind begins to count when they are shipped too.
    if (!rules.isShipping) continue;
    for (const segment of queue) {
      if (segment.needed !== undefined) break;
      state.shippedAt(segment, nowMillis);
    }
  }
  return taken;
}

/** Takes the oldest of all that nobody needs, until the rest is small enough. */
function takeSurplus(
  queues: KnownSegment[][],
  { maxBytes }: RetentionRules,
): { readonly surplus: KnownSegment[]; readonly warnings: RetentionPlan["warnings"] } {
  const surplus: KnownSegment[] = [];
  const before = bytesOf(queues);
  let total = before;
  while (total > maxBytes) {
    let oldest: KnownSegment[] | undefined;
    for (const queue of queues) {
      const [head] = queue;
      if (head === undefined || head.needed !== undefined) continue;
      if (oldest?.[0] === undefined || head.lastWriteMillis < oldest[0].lastWriteMillis)
        oldest = queue;
    }
    const next = oldest?.shift();
    if (next === undefined) break;
    surplus.push(next);
    total -= next.bytes;
  }
  return { surplus, warnings: warningsOf(queues, total, before, maxBytes) };
}

function warningsOf(
  queues: readonly (readonly KnownSegment[])[],
  total: number,
  before: number,
  maxBytes: number,
): RetentionPlan["warnings"] {
  if (total > maxBytes) {
    const reasons = new Set(queues.flatMap(([head]) => head?.needed ?? []));
    const line = `THE JOURNAL IS LARGER THAN ITS LIMIT: ${total} of ${maxBytes} bytes, and nothing more may be deleted (${[...reasons].join("; ")})`;
    return [{ key: "over", line }];
  }
  if (before <= maxBytes * WARN_SHARE) return [];
  const percent = Math.round((before / maxBytes) * 100);
  const line = `the journal has ${before} of ${maxBytes} bytes (${percent} %): beyond the limit its oldest segments are deleted`;
  return [{ key: "near", line }];
}

function bytesOf(queues: readonly (readonly KnownSegment[])[]): number {
  let total = 0;
  for (const queue of queues) for (const { bytes } of queue) total += bytes;
  return total;
}

function segmentsOf(stream: string, options: PlanOptions): KnownSegment[] {
  const { directory, ownStream, views, rules } = options;
  const numbers = listSegments(directory, stream);
  const isEnded = stream !== ownStream && isStreamEnded(directory, stream);
  const readers: { readonly name: string; readonly position: JournalPosition | undefined }[] =
    views.flatMap(({ name, positions }) =>
      positions.map((map) => ({ name, position: map.get(stream) })),
    );
  if (rules.isShipping) {
    const { position } = loadShipState(directory, stream);
    readers.push({ name: "shipping", position });
  }
  let needed: string | undefined;
  return numbers.flatMap((number) => {
    const path = join(streamDirectory(directory, stream), segmentFile(number));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (!stat.isFile()) needed ??= `${stream}/${segmentFile(number)} is no file of ours`;
    const { size: bytes, mtimeMs: lastWriteMillis } = stat;
    const isClosed = isEnded || number !== numbers.at(-1);
    // What is needed keeps what is behind it too: a stream is deleted from its start.
    if (!isClosed) needed ??= "a process still writes";
    for (const { name, position } of readers) {
      if (needed !== undefined) break;
      if (!isBehind(position, { number, path, bytes })) needed = `${name} has not got so far`;
    }
    return [{ stream, number, path, bytes, lastWriteMillis, needed }];
  });
}

/** Whether a reader has taken every whole line of a segment. */
function isBehind(
  position: JournalPosition | undefined,
  {
    number,
    path,
    bytes,
  }: { readonly number: number; readonly path: string; readonly bytes: number },
): boolean {
  if (position !== undefined && position.segment > number) return true;
  const offset = position?.segment === number ? position.offset : 0;
  const rest = bytes - offset;
  if (rest <= 0) return true;
  return rest <= LINE_BYTES && !hasLineEnd(path, offset, rest);
}

/** What a crash cut is no line: no reader gets beyond it. */
function hasLineEnd(path: string, offset: number, length: number): boolean {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(length);
    readSync(fd, buffer, 0, length, offset);
    return buffer.includes(LINE_END);
  } finally {
    closeSync(fd);
  }
}
