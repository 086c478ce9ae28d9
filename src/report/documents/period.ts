import { type Query, timeTerm } from "../../read/index.ts";

/** The terms of a piece of time. */
export function periodTerms(from: string | undefined, until: string | undefined): Query["terms"] {
  if (from === undefined && until === undefined) return [];
  return [
    timeTerm({
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
    }),
  ];
}
