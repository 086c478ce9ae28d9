import { type Command, Option } from "commander";
import {
  checkZone,
  parseQuery,
  type Query,
  sourcesOf,
  timeSpanOf,
  TIME_EXAMPLES,
  type TrailSource,
} from "../../read/index.ts";
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import { type AccessOptions, addPurpose } from "./access.ts";
import { pathsOrDefault } from "../default-paths.ts";

/** What every command takes that asks the trail something. */
export interface AskOptions extends AccessOptions {
  readonly trail?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly timezone: string;
}

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Where the trail is, and of which time. */
export function addAskOptions(command: Command): Command {
  return addPurpose(command)
    .addOption(
      new Option(
        "-t, --trail <path>",
        "files or directories of records, in any form; repeatable (default: AUDIT_LOG_DIR)",
      ).argParser(each),
    )
    .option("--since <time>", "only from then on: ISO 8601, or as in -3h")
    .option("--until <time>", "only before then")
    .option("--timezone <name>", "of times without an offset, and of times on screen", "local");
}

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
  const { trail = [], since, until, timezone } = options;
  const zone = checkZone(timezone, "--timezone");
  const query = parseQuery(terms, { zone });
  const window = windowTerm({ since, until, zone });
  const sources = await sourcesOf(pathsOrDefault(trail, "nothing to ask"));
  return { sources, zone, query: { terms: [...query.terms, ...window] } };
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
