/**
 * What is done for segments behind the writer's back, in the sync thread or, without one, in the
 * main thread.
 *
 * In: descriptors of the segment that is being written and of those before it that nobody has
 * confirmed yet. Out: fdatasync for each; and where somebody else deleted, renamed, replaced or cut
 * one, what became of it. Promise: without an error and without a finding, every byte of them is
 * durable under its own name, or named as lost.
 */
import { fdatasyncSync, fstatSync, lstatSync } from "node:fs";
import type { FileChange } from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import { type CutSegment, findCut, type LostRecords } from "./cut-segment.ts";
import { copySegment, restoreSegment, type SegmentCopy } from "./restore-segment.ts";

/** A segment as its writer knows it. */
export interface SegmentFacts {
  /** The writer's descriptor, open for reading too. Its owner does not close it before the answer. */
  readonly fd: number;
  readonly path: string;
  /** Path in the audit directory. */
  readonly name: string;
  /** Undefined where the filesystem has no numbers that last. */
  readonly inode: number | undefined;
  /** Bytes that were written to it. */
  readonly size: number;
  /** Sequence number of its first record. */
  readonly first: number;
  /** Records that were written to it. */
  readonly count: number;
  /** Whether it is done with where it cannot be synced. Default false. */
  readonly mayFail?: boolean;
}

/** What to look after. */
export interface CareRequest {
  /** The segment that is being written; undefined: none is. */
  readonly current: SegmentFacts | undefined;
  /** Segments that are not written any more and were not confirmed yet, oldest first. */
  readonly older: readonly SegmentFacts[];
  /** Whether the mending of the current one is prepared, should it need it. Default true. */
  readonly isMending?: boolean;
}

/** What can be done to a file that is there. */
export type SegmentChange = Exclude<FileChange["change"], "foreign">;

/** Somebody else changed the segment that is being written. */
export interface Finding {
  /** The descriptor that it had then. */
  readonly fd: number;
  readonly change: SegmentChange;
  /** What its writer needs to mend it, up to what was written by then; undefined: not prepared. */
  readonly copy?: SegmentCopy;
  readonly cut?: CutSegment;
  /** Why that could not be prepared. */
  readonly error?: string;
}

/** What was found at a segment that is not written any more. */
export interface SettledSegment {
  readonly fd: number;
  /** Somebody else changed it. */
  readonly change?: FileChange;
  /** Records of it that are not there any more. */
  readonly lost?: LostRecords;
}

/** What came of it. */
export interface CareResult {
  /** Why the current segment is not durable. */
  readonly error?: string;
  /** Why an older one is not, or cannot be mended. */
  readonly olderError?: string;
  readonly finding?: Finding;
  /** Older segments that need no more care: their descriptors may be closed. */
  readonly settled: readonly SettledSegment[];
  /** Descriptors of older segments that could not be synced. */
  readonly unsynced?: readonly number[];
  /** The current segment, as far as it is durable now. */
  readonly confirmed?: { readonly fd: number; readonly size: number };
}

/** Makes segments durable. Never throws. */
export function careFor({ current, older, isMending = true }: CareRequest): CareResult {
  const settled: SettledSegment[] = [];
  const unsynced: number[] = [];
  let olderError: string | undefined;
  for (const segment of older) {
    let isSynced = false;
    try {
      fdatasyncSync(segment.fd);
      isSynced = true;
      settled.push(settle(segment));
    } catch (error) {
      if (isSynced || segment.mayFail !== true)
        olderError ??= `${segment.name}: ${messageOf(error)}`;
      // What a dead disk holds cannot be copied either.
      else settled.push({ fd: segment.fd });
      if (!isSynced) unsynced.push(segment.fd);
    }
  }
  return {
    settled,
    unsynced,
    ...(olderError === undefined ? {} : { olderError }),
    ...(current === undefined ? {} : careForCurrent(current, isMending)),
  };
}

function careForCurrent(
  current: SegmentFacts,
  isMending: boolean,
): Pick<CareResult, "error" | "finding" | "confirmed"> {
  try {
    fdatasyncSync(current.fd);
    const change = changeOf(current);
    if (change === undefined) return { confirmed: { fd: current.fd, size: current.size } };
    return { finding: isMending ? prepare(current, change) : { fd: current.fd, change } };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** The long part of the mending, while its writer goes on. */
function prepare(current: SegmentFacts, change: SegmentChange): Finding {
  const { fd } = current;
  try {
    return change === "truncated"
      ? { fd, change, cut: findCut(current) }
      : { fd, change, copy: copySegment(current) };
  } catch (error) {
    return { fd, change, error: messageOf(error) };
  }
}

/** What somebody else did to a segment, if anything. Two questions to the filesystem. */
export function changeOf({ fd, path, inode, size }: SegmentFacts): SegmentChange | undefined {
  const own = fstatSync(fd);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return own.nlink === 0 ? "deleted" : "renamed";
  if (inode !== undefined && there.ino !== inode) return "replaced";
  return own.size < size ? "truncated" : undefined;
}

/** What else there is to do for one that is synced. */
function settle(segment: SegmentFacts): SettledSegment {
  const { fd, name, size } = segment;
  const change = changeOf(segment);
  if (change === undefined) return { fd };
  const lost = fstatSync(fd).size < size ? findCut(segment).lost : undefined;
  const keptAs =
    change === "truncated" ? undefined : restoreSegment(segment, copySegment(segment)).keptAs;
  return {
    fd,
    change: {
      file: name,
      change,
      isRestored: change !== "truncated" && lost === undefined,
      ...(keptAs === undefined ? {} : { keptAs }),
    },
    ...(lost === undefined ? {} : { lost }),
  };
}
