/** What somebody asked, and of what; loaded when a command runs. */
import {
  checkZone,
  parseQuery,
  type Query,
  sourcesOf,
  type TrailSource,
  victoriaLogsSource,
} from "../../read/index.ts";
import { pathsOrDefault } from "../default-paths.ts";
import { type TimeLimits, timeLimits } from "../time-option.ts";
import type { AskOptions } from "./ask-options.ts";

/** What was asked, and of what. */
export interface Asked {
  readonly sources: readonly TrailSource[];
  readonly query: Query;
  readonly zone: string;
}

/**
 * Reads the options, and the terms of a query.
 *
 * @throws {AuditError} as a rejection: `invalid_option`, `unreadable`.
 */
export async function asked(terms: readonly string[], options: AskOptions): Promise<Asked> {
  const zone = checkZone(options.timezone, "--timezone");
  const query = parseQuery(terms, { zone });
  const window = windowTerms(timeLimits(options));
  const sources = await sourcesIn(options);
  return { sources, zone, query: { terms: [...query.terms, ...window] } };
}

async function sourcesIn({
  trail = [],
  from,
  header = [],
}: AskOptions): Promise<readonly TrailSource[]> {
  if (from === undefined) return sourcesOf(pathsOrDefault(trail, "nothing to ask"));
  const { headersOf } = await import("../resend-options.ts");
  const store = victoriaLogsSource(from, { headers: headersOf(header) });
  return trail.length === 0 ? [store] : [store, ...(await sourcesOf(trail))];
}

function windowTerms(limits: TimeLimits): Query["terms"] {
  if (limits.from === undefined && limits.until === undefined) return [];
  return [{ field: "created", isNegated: false, test: { kind: "time", ...limits } }];
}
