/** What `otel-audit stats` does; loaded when it runs. */
import { DateTime } from "luxon";
import { AuditError } from "../../lib/errors.ts";
import { countRates, type Rates, ratesSvg } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { csvRow } from "./write-rows.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { barLines, sparkLines } from "./bars.ts";
import {
  exitAfterReading,
  sayImported,
  sayNothingFound,
  sayProblems,
  withProgress,
} from "./reading.ts";
import type { StatsCommandOptions } from "./stats-command.ts";
import { groupingOf } from "./grouping.ts";
import { jsonText } from "../../lib/visible-text.ts";
import { counted } from "../../lib/counted.ts";

/** Where nobody says how wide a line is. */
const COLUMNS = 80;
/** More curves than this say nothing on a screen. */
const SCREEN_CURVES = 30;
const NONE = "(none)";

/** Prints the rates, and sets the exit code. */
export async function stats(
  terms: readonly string[],
  options: StatsCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const { interval, output } = options;
  const by = options.by === undefined ? undefined : fieldOfGroup(options.by);
  const { sources, query, zone } = await asked(terms, options, { isReadAgain: false });
  const rates = await withProgress((reading) =>
    countRates(sources, query, { interval, by, zone, ...reading }),
  );
  await recordAccess({ scope: ["stats", ...terms], count: rates.records }, options);
  if (rates.records === 0) sayNothingFound(terms, warn);
  switch (output) {
    case "svg":
      print(ratesSvg(rates, titleOf(terms)));
      break;
    case "json":
      print(jsonText(jsonOf(rates), 2));
      break;
    case "csv":
      for (const line of csvLines(rates)) print(line);
      break;
    default:
      for (const line of chartLines(rates)) print(line);
  }
  sayImported(rates.imported, warn);
  sayProblems(rates, warn);
  process.exitCode = exitAfterReading(rates, rates.records);
}

function titleOf(terms: readonly string[]): string {
  return `Audit events${terms.length === 0 ? "" : `: ${terms.map((term) => term.trim()).join(" ")}`}`;
}

/** @throws {AuditError} `invalid_option` where it is none. */
function fieldOfGroup(text: string): string {
  const [name, ...more] = groupingOf(text);
  if (name !== undefined && more.length === 0 && !["hour", "day", "week", "month"].includes(name))
    return name;
  throw new AuditError(
    "invalid_option",
    `--by takes one field, as in --by action; pieces of time are given with --interval`,
  );
}

const FORMATS: Readonly<Record<Rates["interval"], string>> = {
  hour: "yyyy-MM-dd HH:mm ZZ",
  day: "yyyy-MM-dd ccc",
  week: "yyyy-MM-dd 'W'WW",
  month: "yyyy-MM",
  year: "yyyy",
};

function labelOf(start: string, interval: Rates["interval"]): string {
  return DateTime.fromISO(start, { setZone: true, locale: "en" }).toFormat(FORMATS[interval]);
}

function* chartLines({ starts, series, interval, by, events }: Rates): Generator<string> {
  const [first = "", last = first] = [starts[0], starts.at(-1)];
  const columns = process.stdout.columns ?? COLUMNS;
  if (by === undefined) {
    const [all] = series;
    yield* barLines(
      starts.map((start, at) => ({ label: labelOf(start, interval), count: all?.events[at] ?? 0 })),
      columns,
    );
    return;
  }
  if (series.length === 0) return;
  const shown = series.slice(0, SCREEN_CURVES).map((one) => ({ ...one, label: one.name || NONE }));
  const { lines, perCharacter } = sparkLines(shown, columns);
  const each = perCharacter === 1 ? `one ${interval}` : `${perCharacter} ${interval}s`;
  yield `${counted(events, "event")} from ${labelOf(first, interval)} to ${labelOf(last, interval)}, ${each} a character`;
  yield* lines;
  if (series.length > shown.length)
    yield `and ${series.length - shown.length} more: -o csv has all of them`;
}

function jsonOf({ starts, series, interval, zone, by, records, events, imported }: Rates): object {
  return {
    interval,
    timezone: zone,
    ...(by === undefined ? {} : { by }),
    records,
    events,
    imported,
    starts,
    series: series.map((one) => ({ name: one.name, total: one.total, events: one.events })),
  };
}

function* csvLines({ starts, series, by }: Rates): Generator<string> {
  yield csvRow(["start", ...(by === undefined ? [] : [by]), "events"]);
  for (const [at, start] of starts.entries()) {
    for (const { name, events } of series)
      yield csvRow([start, ...(by === undefined ? [] : [name]), String(events[at] ?? 0)]);
  }
}
