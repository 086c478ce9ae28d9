import { join } from "node:path";
import { segmentFile, streamDirectory } from "../format/index.ts";
import type { LostRecords } from "./cut-segment.ts";
import type { CareResult, SegmentFacts } from "./segment-care.ts";
import { createSegmentFile } from "./segment-file.ts";

/** A segment that is or was written, and whose descriptor is open; counted up by its writer. */
export interface OpenSegment {
  readonly number: number;
  facts: Omit<SegmentFacts, "size" | "count">;
  size: number;
  count: number;
  /** Bytes that are known to be durable. */
  confirmed: number;
  /** Since when it cannot be synced, monotonic milliseconds; undefined: nobody failed to. */
  unsyncedSince: number | undefined;
  /** When it is to be left, monotonic milliseconds. */
  readonly endsAtMillis: number;
}

/** What {@link openSegment} takes. */
export interface OpenSegmentOptions extends Pick<OpenSegment, "number" | "endsAtMillis"> {
  /** The audit directory. */
  readonly directory: string;
  readonly stream: string;
  /** Sequence number of its first record. */
  readonly first: number;
}

/** A segment that cannot be synced for so long after it was left never will be. */
const GIVE_UP_MILLIS = 10_000;

/** Makes a new segment. Throws the system error; EEXIST where something has its name. */
export function openSegment(options: OpenSegmentOptions): OpenSegment {
  const { directory, stream, number, first, endsAtMillis } = options;
  const path = join(streamDirectory(directory, stream), segmentFile(number));
  const facts = { ...createSegmentFile(path), path, name: segmentName(stream, number), first };
  return {
    number,
    facts,
    size: 0,
    count: 0,
    confirmed: 0,
    unsyncedSince: undefined,
    endsAtMillis,
  };
}

/** Path of a segment in the audit directory. */
export function segmentName(stream: string, number: number): string {
  return `journal/${stream}/${segmentFile(number)}`;
}

/** The segment as those see it who look after it. */
export function factsOf({ facts, size, count }: OpenSegment): SegmentFacts {
  return { ...facts, size, count };
}

/** Its records, should they be missed. */
export function recordsOf({ facts: { name, first }, count }: OpenSegment): LostRecords {
  return { file: name, from: first, to: first + count - 1, count };
}

/** Whether a failed sync of it is nothing new: its bytes are durable, or counted as unconfirmed long ago. */
export function mayFail(segment: OpenSegment, nowMillis: number): boolean {
  const { size, confirmed, unsyncedSince = Infinity } = segment;
  return confirmed >= size || nowMillis - unsyncedSince >= GIVE_UP_MILLIS;
}

/** Takes note of what came of syncing segments. */
export function noteSynced(
  segments: readonly OpenSegment[],
  { confirmed, unsynced = [] }: Pick<CareResult, "confirmed" | "unsynced">,
  nowMillis: number,
): void {
  for (const segment of segments) {
    const { fd } = segment.facts;
    if (fd === confirmed?.fd) segment.confirmed = confirmed.size;
    if (unsynced.includes(fd)) segment.unsyncedSince ??= nowMillis;
  }
}
