import type { Report } from "./line-writer.ts";

/** What was refused because a `closed` action could not be audited. */
export interface Refusals {
  readonly add: (what: string, why: string) => void;
  /** Since the audit log was opened. */
  readonly count: () => number;
}

/** Clients try again, and again: a line for each would bury what else there is to read. */
const LINE_EVERY_MILLIS = 10_000;

/** Counts refusals, and reports the first one of any ten seconds. */
export function createRefusals(nowMillis: () => number, report: Report): Refusals {
  let count = 0;
  let lastLine = Number.NEGATIVE_INFINITY;
  return {
    add(what, why) {
      count++;
      if (nowMillis() - lastLine < LINE_EVERY_MILLIS) return;
      lastLine = nowMillis();
      report(
        `${what} was REFUSED because it could not be audited: ${why} (${count} refused so far)`,
      );
    },
    count: () => count,
  };
}
