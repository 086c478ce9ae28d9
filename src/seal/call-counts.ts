import type { CallCount } from "./checkpoint.ts";

/** Which counts have changed since a checkpoint last told them. */
export interface CallCounts {
  /** Those that are to be told. */
  readonly changed: () => readonly CallCount[];
  /** They were told. */
  readonly told: (counts: readonly CallCount[]) => void;
}

/** Nothing was told yet. */
export function createCallCounts(totals: () => Iterable<CallCount>): CallCounts {
  const known = new Map<string, CallCount>();
  return {
    changed: () =>
      [...totals()].filter(({ method, handled, recorded }) => {
        const before = known.get(method);
        return before?.handled !== handled || before.recorded !== recorded;
      }),
    told(counts) {
      for (const count of counts) known.set(count.method, count);
    },
  };
}
