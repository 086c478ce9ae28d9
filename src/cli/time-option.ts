/** Times of options: every command reads them by the rules of a query, so that they mean the same. */
import { AuditError, messageOf } from "../lib/errors.ts";
import { shown } from "../lib/shown.ts";
import { checkZone, TIME_EXAMPLES, type TimeSpan, timeSpanOf } from "../read/index.ts";

/** Options of a piece of time, as they were typed. */
export interface WindowOptions {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Of times without an offset. Default: local. */
  readonly timezone?: string | undefined;
}

/** ISO 8601 UTC with six digits: from `from` on, before `until`; absent: no limit. */
export interface TimeLimits {
  readonly from?: string;
  readonly until?: string;
}

/**
 * What a time stands for: a day all of it, `-3h` an instant.
 *
 * @throws {AuditError} `invalid_option` naming the option and what it may be.
 */
export function timeOption(text: string, option: string, zone: string): TimeSpan {
  const span = readTime(text, option, zone);
  if (span !== undefined) return span;
  throw new AuditError(
    "invalid_option",
    `${option} must be a time as in ${TIME_EXAMPLES}; it is ${shown(text)}`,
  );
}

function readTime(text: string, option: string, zone: string): TimeSpan | undefined {
  try {
    return timeSpanOf(text, { zone });
  } catch (error) {
    throw new AuditError("invalid_option", `${option}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Between `--since` and `--until`: of a day, or whatever is longer than an instant, its start counts.
 *
 * @throws {AuditError} `invalid_option` where one is no time, or nothing is between them.
 */
export function timeLimits({ since, until, timezone = "local" }: WindowOptions): TimeLimits {
  const zone = checkZone(timezone, "--timezone");
  const from = since === undefined ? undefined : timeOption(since, "--since", zone).from;
  const end = until === undefined ? undefined : startOf(timeOption(until, "--until", zone));
  if (from !== undefined && end !== undefined && from >= end)
    throw new AuditError(
      "invalid_option",
      `--since ${since} is no earlier than --until ${until}: there is no time between them`,
    );
  return {
    ...(from === undefined ? {} : { from }),
    ...(end === undefined ? {} : { until: end }),
  };
}

/** Of a time that comes twice the last one: nothing that may be meant is left out. */
function startOf({ from, lastFrom = from }: TimeSpan): string {
  return lastFrom;
}

/**
 * The same for those who compare milliseconds since the epoch and include both ends: the times of records are
 * cut to them.
 *
 * @throws {AuditError} `invalid_option` as {@link timeLimits}.
 */
export function windowOf(options: WindowOptions): {
  readonly since: number;
  readonly until: number;
} {
  const { from, until } = timeLimits(options);
  return {
    since: from === undefined ? -Infinity : Date.parse(from),
    until: until === undefined ? Infinity : lastMillisBefore(until),
  };
}

/** The last millisecond of which a part is before a time. */
function lastMillisBefore(time: string): number {
  const isWhole = time.endsWith("000Z");
  return Date.parse(time) - (isWhole ? 1 : 0);
}
