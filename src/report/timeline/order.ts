import type { FlatRecord } from "../../format/index.ts";

/** How two records stand to each other in time; those of one time by stream and sequence. */
export function oldestFirst(left: FlatRecord, right: FlatRecord): number {
  if (left.timestamp !== right.timestamp) return left.timestamp < right.timestamp ? -1 : 1;
  if (left.stream !== right.stream) return left.stream < right.stream ? -1 : 1;
  return left.sequence - right.sequence;
}
