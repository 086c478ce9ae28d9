/** What somebody asked, and of what; loaded when a command runs. */
import { tmpdir } from "node:os";
import {
  checkZone,
  copyPipes,
  parseQuery,
  type PipeCopies,
  type Query,
  sourcesOf,
  timeTerm,
  type TrailSource,
  victoriaLogsSource,
} from "../../read/index.ts";
import { pathsOrDefault } from "../default-paths.ts";
import { type TimeLimits, timeLimits } from "../time-option.ts";
import type { AskOptions } from "./ask-options.ts";

/** What was asked, and of what. */
export interface Asked {
  readonly sources: readonly TrailSource[];
  /** What the sources read where pipes are named. */
  readonly pipes: PipeCopies;
  readonly query: Query;
  readonly zone: string;
}

/** How it is read. */
export interface AskedReading {
  /** More than once: what can be read only once is copied first. */
  readonly isReadAgain: boolean;
}

/**
 * Reads the options, and the terms of a query.
 *
 * @throws {AuditError} as a rejection: `invalid_option`, `unreadable`.
 */
export async function asked(
  terms: readonly string[],
  options: AskOptions,
  { isReadAgain }: AskedReading,
): Promise<Asked> {
  const zone = checkZone(options.timezone, "--timezone");
  const query = parseQuery(terms, { zone });
  const window = windowTerms(timeLimits(options));
  const { from, trail = [] } = options;
  const paths = from === undefined ? pathsOrDefault(trail, "nothing to ask") : trail;
  // Of several the journal decides, and what it has lost is looked for in the others again.
  const pipes: PipeCopies =
    isReadAgain || paths.length > 1 ? await copyPipes(paths, tmpdir()) : new Map();
  const store = from === undefined ? [] : [await storeAt(from, options)];
  const files = paths.length === 0 ? [] : await sourcesOf(paths, pipes);
  const all = { terms: [...query.terms, ...window] };
  // A journal says what the values were of which a store has made texts.
  return { sources: [...files, ...store], pipes, zone, query: all };
}

async function storeAt(from: string, { header = [] }: AskOptions): Promise<TrailSource> {
  const { headersOf } = await import("../resend-options.ts");
  return victoriaLogsSource(from, { headers: headersOf(header) });
}

function windowTerms(limits: TimeLimits): Query["terms"] {
  if (limits.from === undefined && limits.until === undefined) return [];
  return [timeTerm(limits)];
}
