import type { Query } from "../../read/index.ts";

/** Records that say a time in a range: ISO 8601 UTC with six digits, the end is not included. */
export function timeTerm(range: {
  readonly from?: string;
  readonly until?: string;
}): Query["terms"][number] {
  return { field: "created", isNegated: false, test: { kind: "time", ...range } };
}
