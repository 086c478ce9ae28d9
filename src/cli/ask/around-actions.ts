/** What `otel-audit around` does; loaded when it runs. */
import { readFile } from "node:fs/promises";
import { sentenceOf } from "../../event/index.ts";
import { fromFlat } from "../../format/index.ts";
import { counted } from "../../lib/counted.ts";
import { AuditError, messageOf } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import {
  type Around,
  type EventAround,
  eventsAround,
  type MetricAround,
  type Metrics,
  type Moment,
  momentOf,
  readMetrics,
} from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import type { AroundCommandOptions } from "./around-command.ts";
import { recordAccess } from "./access.ts";
import { type Asked, asked } from "./asked.ts";
import { screenTime } from "./columns.ts";
import { offsetText, parseDuration } from "./duration.ts";
import { sayNoMoment, sayNotes } from "./moment-words.ts";
import { printPaged } from "./pager.ts";
import { type PlainColumn, plainLines } from "./plain-rows.ts";
import { exitAfterReading, sayProblems, withProgress } from "./reading.ts";
import { limitOf } from "./record-output.ts";
import { jsonText, withoutControls } from "../../lib/visible-text.ts";

/** Columns of figures that fit on a screen; the other formats have all. */
const SCREEN_METRICS = 4;

/** Prints what happened around a moment, and sets the exit code. */
export async function around(
  text: string,
  options: AroundCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const windowMillis = parseDuration(options.window, "--window");
  const question = await asked([], options, { isReadAgain: true });
  const metrics = await metricsOf(options, question, warn);
  const { sources, zone, query } = question;
  const found = await withProgress((reading) =>
    momentOf(sources, text, { zone, isAttemptTaken: true, ...reading }),
  );
  const access = (count: number) => recordAccess({ scope: ["around", text], count }, options);
  const choose = "give the id of the record";
  if (found.moment === undefined) return sayNoMoment(text, found, { zone, warn, access, choose });
  const { moment } = found;
  const result = await withProgress((reading) =>
    eventsAround(sources, moment, {
      windowMillis,
      metrics,
      metricNames: options.metric,
      within: query.terms,
      limit: limitOf(options),
      ...reading,
    }),
  );
  const { events, total } = result;
  await access(events.length);
  sayNotes(moment, warn);
  const names = options.metric ?? metrics?.names ?? [];
  if (options.output === "json") print(jsonText(jsonOf(result, moment, metrics), 2));
  else if (events.length > 0 || options.output !== "table") {
    const isScreen = options.output === "table" || options.output === "markdown";
    const columns = columnsFor(isScreen ? names.slice(0, SCREEN_METRICS) : names, {
      zone,
      isScreen,
    });
    const lines = plainLines({ columns, rows: events, objectOf: rowOf }, options.output);
    await printPaged(lines, { print, warn }, options);
    if (isScreen && names.length > SCREEN_METRICS)
      warn(
        `${SCREEN_METRICS} of ${names.length} metrics shown: choose with --metric; -o json and csv have all`,
      );
  }
  if (total === 0) warn("nothing found");
  if (events.length < total)
    warn(
      `${events.length} of ${total} shown, those nearest to it: --limit ${total} shows all of them`,
    );
  sayProblems(result, warn);
  process.exitCode = exitAfterReading(result, total);
}

async function metricsOf(
  { metrics: file, metricsTime, metric: wanted = [] }: AroundCommandOptions,
  { zone }: Asked,
  warn: Lines["warn"],
): Promise<Metrics | undefined> {
  if (file === undefined) {
    if (wanted.length > 0 || metricsTime !== undefined)
      throw new AuditError(
        "invalid_option",
        "--metric and --metrics-time need a file: --metrics <file>",
      );
    return undefined;
  }
  const metrics = readMetrics(await textOf(file), file, { zone, timeColumn: metricsTime });
  const unknown = wanted.find((name) => !metrics.names.includes(name));
  if (unknown !== undefined)
    throw new AuditError(
      "invalid_option",
      `${file} has no column of numbers ${shown(unknown)}: it has ${withoutControls(metrics.names.join(", "))}`,
    );
  sayMetrics(metrics, file, warn);
  return metrics;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new AuditError("unreadable", `cannot read ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function sayMetrics(metrics: Metrics, file: string, warn: Lines["warn"]): void {
  const { rows, timeColumn, timeForm, names, otherColumns } = metrics;
  const { badRows, badRowCount, badCellCount } = metrics;
  const others = otherColumns.length === 0 ? "" : `; no numbers: ${otherColumns.join(", ")}`;
  const what = `${counted(rows.length, "row")} of ${names.join(", ")}`;
  warn(withoutControls(`${file}: ${what}; time is ${shown(timeColumn)}, ${timeForm}${others}`));
  for (const { line, why } of badRows) warn(`${file}:${line}: row left out: ${why}`);
  if (badRowCount > badRows.length)
    warn(`and ${counted(badRowCount - badRows.length, "more row")} left out`);
  if (badCellCount > 0)
    warn(
      `${file}: ${counted(badCellCount, "cell")} left out: ${badCellCount === 1 ? "it holds" : "they hold"} no number`,
    );
}

interface ColumnOptions {
  readonly zone: string;
  readonly isScreen: boolean;
}

function columnsFor(
  names: readonly string[],
  { zone, isScreen }: ColumnOptions,
): readonly PlainColumn<EventAround>[] {
  const figures = names.flatMap((name, at) =>
    isScreen ? [screenFigure(name, at)] : fileFigures(name, at),
  );
  return [
    { name: isScreen ? "" : "asked", textOf: ({ isAsked }) => (isAsked ? ">" : "") },
    {
      name: "time",
      textOf: ({ record: { timestamp } }, isForFile) =>
        isForFile ? timestamp : screenTime(timestamp, zone),
    },
    {
      name: isScreen ? "offset" : "offset_ms",
      textOf: ({ offsetMillis }) => (isScreen ? offsetText(offsetMillis) : String(offsetMillis)),
    },
    { name: "record", textOf: ({ record }) => record.record_id },
    { name: "outcome", textOf: ({ record }) => record.outcome ?? "" },
    ...figures,
    { name: "what", textOf: ({ record }) => sentenceOf(fromFlat(record)) },
  ];
}

function screenFigure(name: string, at: number): PlainColumn<EventAround> {
  return { name, textOf: ({ metrics }) => figureText(metrics[at]) };
}

function figureText(figure: MetricAround | undefined): string {
  if (figure === undefined || (figure.before === null && figure.after === null)) return "";
  const { before, after, delta } = figure;
  const change = delta === null ? "" : ` (${delta < 0 ? "" : "+"}${rounded(delta)})`;
  return `${before?.text ?? "?"} → ${after?.text ?? "?"}${change}`;
}

/** Without the digits that only come from computing with binary fractions. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function fileFigures(name: string, at: number): readonly PlainColumn<EventAround>[] {
  return [
    { name: `${name}_before`, textOf: ({ metrics }) => metrics[at]?.before?.text ?? "" },
    { name: `${name}_before_time`, textOf: ({ metrics }) => metrics[at]?.before?.time ?? "" },
    { name: `${name}_after`, textOf: ({ metrics }) => metrics[at]?.after?.text ?? "" },
    { name: `${name}_after_time`, textOf: ({ metrics }) => metrics[at]?.after?.time ?? "" },
    { name: `${name}_delta`, textOf: ({ metrics }) => String(metrics[at]?.delta ?? "") },
  ];
}

function rowOf({ record, isAsked, offsetMillis, metrics }: EventAround): object {
  return { isAsked, offsetMillis, metrics, record };
}

function jsonOf(
  { window, events, total }: Around,
  { kind, asked: text, from, until, record, notes }: Moment,
  metrics: Metrics | undefined,
): object {
  return {
    version: 1,
    moment: { kind, asked: text, from, until, record: record?.record_id ?? null, notes },
    window,
    metrics:
      metrics === undefined
        ? null
        : {
            names: metrics.names,
            timeColumn: metrics.timeColumn,
            timeForm: metrics.timeForm,
            rows: metrics.rows.length,
            rowsLeftOut: metrics.badRowCount,
            cellsLeftOut: metrics.badCellCount,
          },
    total,
    events: events.map(rowOf),
  };
}
