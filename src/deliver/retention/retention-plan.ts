/**
 * Which segments of a directory's journals nobody needs any more.
 *
 * In: the journals, and how far views and shipping have got. Out: segments to delete, each stream
 * from its oldest on, and what keeps the limit from being met. Nothing is written. Promise: a segment
 * that somebody writes, that a view has not read, or that is not shipped where records are shipped,
 * is never among them.
 */
import { listStreams, streamDirectory } from "../../format/index.ts";
import { counted } from "../../lib/counted.ts";
import { isOwnFolder, type KnownSegment, knownSegments } from "./known-segments.ts";
import type { RetentionState } from "./retention-state.ts";
import { ageWarnings, bytesOf, type RetentionWarning, sizeWarnings } from "./retention-warnings.ts";
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
  readonly warnings: readonly RetentionWarning[];
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
  /** Why that clock cannot be trusted, so that nothing is deleted for its age; undefined: it can. */
  readonly clockProblem: string | undefined;
}

/** Oldest first; what is taken leaves it. */
type Queue = KnownSegment[];

const DAY_MILLIS = 24 * 60 * 60 * 1000;

/** Looks at every journal of the directory. Throws the system error where it cannot be read. */
export function planRetention(given: PlanOptions): RetentionPlan {
  const { retainMillis, maxBytes } = given.rules;
  if (retainMillis === Infinity && maxBytes === Infinity) return { deletions: [], warnings: [] };
  const isShipping = given.rules.isShipping || isShipped(given.directory);
  const options = { ...given, rules: { ...given.rules, isShipping } };
  const queues = queuesOf(given, isShipping);
  const aged = takeAged(queues, options);
  const surplus = takeSurplus(queues, maxBytes);
  const policy = agePolicy(options.rules);
  const deletions = [
    { policy, segments: aged },
    { policy: `at most ${maxBytes} bytes`, segments: surplus.segments },
  ];
  const total = surplus.before - bytesOf([surplus.segments]);
  return {
    deletions: deletions.filter(({ segments }) => segments.length > 0),
    warnings: [
      ...(retainMillis === Infinity ? [] : ageProblems(queues, policy, options)),
      ...sizeWarnings(queues, { before: surplus.before, total, maxBytes }),
    ],
  };
}

function queuesOf(options: PlanOptions, isShipping: boolean): readonly Queue[] {
  const { directory, ownStream, views, rules } = options;
  const shipping = rules.isShipping ? "here" : isShipping ? "elsewhere" : undefined;
  return listStreams(directory)
    .filter((stream) => isOwnFolder(streamDirectory(directory, stream)))
    .map((stream) => knownSegments(directory, stream, { ownStream, views, shipping }))
    .filter((segments) => segments.length > 0);
}

/** Why what is old enough stays. */
function ageProblems(
  queues: readonly Queue[],
  policy: string,
  { rules, nowMillis, clockProblem }: PlanOptions,
): readonly RetentionWarning[] {
  if (clockProblem === undefined) {
    const isOld = ({ lastWriteMillis }: KnownSegment): boolean =>
      nowMillis - lastWriteMillis >= rules.retainMillis;
    return ageWarnings(queues, policy, isOld);
  }
  const line = `nothing is deleted from the journal for its age (${policy}): ${clockProblem}`;
  return [{ key: "clock", line, isProblem: true }];
}

/** Whether any process that shares the directory ships, or did. */
function isShipped(directory: string): boolean {
  return listState(directory).some((file) => /^ship(-.+\.json|\.lock)$/.test(file));
}

function agePolicy({ retainMillis, isShipping }: RetentionRules): string {
  return `${counted(retainMillis / DAY_MILLIS, "day")}${isShipping ? " after shipping" : ""}`;
}

/** Takes what is old enough off the front of each queue. */
function takeAged(
  queues: readonly Queue[],
  { rules, state, nowMillis, clockProblem }: PlanOptions,
): readonly KnownSegment[] {
  const taken: KnownSegment[] = [];
  if (rules.retainMillis === Infinity || clockProblem !== undefined) return taken;
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
  queues: readonly Queue[],
  maxBytes: number,
): { readonly segments: readonly KnownSegment[]; readonly before: number } {
  const segments: KnownSegment[] = [];
  const before = bytesOf(queues);
  let total = before;
  while (total > maxBytes) {
    let oldest: Queue | undefined;
    for (const queue of queues) {
      const [head] = queue;
      if (head === undefined || head.needed !== undefined) continue;
      if (oldest?.[0] === undefined || head.lastWriteMillis < oldest[0].lastWriteMillis)
        oldest = queue;
    }
    const next = oldest?.shift();
    if (next === undefined) break;
    segments.push(next);
    total -= next.bytes;
  }
  return { segments, before };
}
