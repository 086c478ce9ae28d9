import { counted } from "../../lib/counted.ts";
import type { KnownSegment } from "./known-segments.ts";

/** A line for people. */
export interface RetentionWarning {
  /** Which warning it is: the same is said at most once a day. */
  readonly key: string;
  readonly line: string;
  /** Whether retention cannot do what it is to do. */
  readonly isProblem: boolean;
}

/** Segments of a stream that stay, ascending. */
type Queue = readonly KnownSegment[];

const WARN_SHARE = 0.8;

/** What keeps segments that are older than the rule. */
export function ageWarnings(
  queues: readonly Queue[],
  policy: string,
  isOld: (segment: KnownSegment) => boolean,
): readonly RetentionWarning[] {
  const held = queues.flatMap(([head, ...behind]) => {
    // That a living process is silent for longer than that is no fault.
    if (head?.needed === undefined || head.needed.isWriter || !isOld(head)) return [];
    return [{ why: head.needed.why, segments: [head, ...behind.filter(isOld)] }];
  });
  return [...Map.groupBy(held, ({ why }) => why)].map(([why, streams]) => {
    const all = streams.flatMap(({ segments }) => segments);
    const line = `${counted(all.length, "segment")} of the journal (${counted(streams.length, "stream")}, ${bytesOf([all])} bytes) cannot be deleted, old as they are (${policy}): ${why}`;
    return { key: `held: ${why}`, line, isProblem: true };
  });
}

/** How the size of the journal is to its limit, before and after the deletions. */
export function sizeWarnings(
  queues: readonly Queue[],
  { before, total, maxBytes }: Readonly<Record<"before" | "total" | "maxBytes", number>>,
): readonly RetentionWarning[] {
  if (total > maxBytes) {
    const reasons = new Set(queues.flatMap(([head]) => head?.needed?.why ?? []));
    const line = `THE JOURNAL IS LARGER THAN ITS LIMIT: ${total} of ${maxBytes} bytes, and nothing more may be deleted (${[...reasons].join("; ")})`;
    return [{ key: "over", line, isProblem: true }];
  }
  if (before <= maxBytes * WARN_SHARE) return [];
  const percent = Math.round((before / maxBytes) * 100);
  const line = `the journal has ${before} of ${maxBytes} bytes (${percent} %): beyond the limit its oldest segments are deleted`;
  return [{ key: "near", line, isProblem: false }];
}

/** Bytes of all these segments. */
export function bytesOf(queues: readonly Queue[]): number {
  let total = 0;
  for (const queue of queues) for (const { bytes } of queue) total += bytes;
  return total;
}
