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
