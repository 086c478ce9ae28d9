/** What somebody asked, and of what; loaded when a command runs. */
import {
  checkZone,
  parseQuery,
  type Query,
  sourcesOf,
  timeSpanOf,
  TIME_EXAMPLES,
  type TrailSource,
  victoriaLogsSource,
} from "../../read/index.ts";
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import { pathsOrDefault } from "../default-paths.ts";
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
  const { since, until, timezone } = options;
  const zone = checkZone(timezone, "--timezone");
  const query = parseQuery(terms, { zone });
  const window = windowTerm({ since, until, zone });
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

interface Window {
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly zone: string;
}

function windowTerm({ since, until, zone }: Window): Query["terms"] {
  if (since === undefined && until === undefined) return [];
  const startOf = (text: string, option: string): string => {
    const span = timeSpanOf(text, { zone });
    if (span !== undefined) return span.from;
    throw new AuditError(
      "invalid_option",
      `${option} must be a time as in ${TIME_EXAMPLES}; it is ${shown(text)}`,
    );
  };
  const from = since === undefined ? {} : { from: startOf(since, "--since") };
  const end = until === undefined ? {} : { until: startOf(until, "--until") };
  if (from.from !== undefined && end.until !== undefined && from.from > end.until)
    throw new AuditError(
      "invalid_option",
      `--since ${since} is later than --until ${until}: there is no time between them`,
    );
  return [{ field: "created", isNegated: false, test: { kind: "time", ...from, ...end } }];
}
