import type { FlatRecord } from "../../format/index.ts";
import type { Query } from "../../read/index.ts";

/** The terms of a piece of time. */
export function periodTerms(from: string | undefined, until: string | undefined): Query["terms"] {
  if (from === undefined && until === undefined) return [];
  const test = {
    kind: "time",
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  } as const;
  return [{ field: "created", isNegated: false, test }];
}

/** What records are put in order by. */
export type Placed = Pick<FlatRecord, "timestamp" | "stream" | "sequence">;

/** Oldest first. */
export function byTime(left: Placed, right: Placed): number {
  if (left.timestamp !== right.timestamp) return left.timestamp < right.timestamp ? -1 : 1;
  if (left.stream !== right.stream) return left.stream < right.stream ? -1 : 1;
  return left.sequence - right.sequence;
}
