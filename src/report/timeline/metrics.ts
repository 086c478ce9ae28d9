/**
 * Figures of a training run from a CSV file, to be held against events by time.
 *
 * In: the text of a file with a column of times and columns of numbers. Out: rows in the order of time, and
 * what was made of the file: which column is the time, how it is written, and what was passed over.
 */
import { toIsoMicros } from "../../lib/clock.ts";
import { counted } from "../../lib/counted.ts";
import { AuditError, messageOf } from "../../lib/errors.ts";
import { csv } from "../../lib/late-packages.ts";
import { shown } from "../../lib/shown.ts";
import { type TimeReading, timeSpanOf } from "../../read/index.ts";

/** A file of metrics. */
export interface Metrics {
  /** Names of the columns that hold numbers, without the time. */
  readonly names: readonly string[];
  readonly rows: readonly MetricsRow[];
  readonly timeColumn: string;
  readonly timeForm: TimeForm;
  /** Columns in which something else than numbers stands. */
  readonly otherColumns: readonly string[];
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
  /** Cells in columns of numbers that hold something else; they are passed over, the rest of their row is not. */
  readonly badCellCount: number;
}

/** How times are written. */
export type TimeForm = "ISO 8601" | "epoch seconds" | "epoch milliseconds" | "epoch microseconds";

/** A row. */
export interface MetricsRow {
  /** ISO 8601 UTC with six digits. */
  readonly time: string;
  /** By the place in `names`; undefined: an empty cell, or no number. */
  readonly values: readonly (number | undefined)[];
}

/** A row that was passed over. */
export interface BadRow {
  /** Counted from 1. */
  readonly line: number;
  readonly why: string;
}

/** How a file is read. */
export interface MetricsOptions extends TimeReading {
  /** The column of the times. Default: the first one whose name says so, or that holds times. */
  readonly timeColumn?: string | undefined;
}

const TIME_NAMES: readonly string[] = [
  "time",
  "timestamp",
  "_timestamp",
  "datetime",
  "date",
  "wall_time",
  "wall time",
  "walltime",
  "ts",
  "created",
  "created_at",
  "logged_at",
  "epoch_ms",
];
/** More bad rows are counted. */
const MAX_BAD = 10;
/** Rows that are looked at to tell what a column holds. */
const PROBED_ROWS = 200;
/** Between 2001 and 5138 as seconds, and the same in smaller units. */
const EPOCHS: readonly (readonly [form: TimeForm, from: number, micros: number])[] = [
  ["epoch microseconds", 1e15, 1],
  ["epoch milliseconds", 1e12, 1000],
  ["epoch seconds", 1e9, 1_000_000],
];
const EPOCH_LIMIT = 1e17;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NO_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

interface Line {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * Reads it.
 *
 * @param name of the file, for errors.
 * @throws {AuditError} `unreadable` where it is no CSV, has no column of times or none of numbers.
 */
export function readMetrics(text: string, name: string, options: MetricsOptions = {}): Metrics {
  const [head, ...lines] = linesOf(text, name);
  if (head === undefined || lines.length === 0)
    throw new AuditError("unreadable", `${name} holds no rows of metrics`);
  const names = head.cells.map((cell) => cell.trim());
  const timeAt = timeColumnOf(names, lines, { name, options });
  const form = formOf(columnOf(lines, timeAt), options);
  if (form === undefined)
    throw new AuditError(
      "unreadable",
      `${name}: column ${shown(names[timeAt])} holds no times: ISO 8601 or an epoch in seconds, milliseconds or microseconds is read`,
    );
  const numeric = names.map((_, at) => at !== timeAt && isNumeric(columnOf(lines, at)));
  const bad = createBad();
  const rows: MetricsRow[] = [];
  let badCellCount = 0;
  for (const { cells, line } of lines) {
    const time = timeOf(cells[timeAt] ?? "", form, options);
    if (cells.length !== names.length)
      bad.add({
        line,
        why: `it has ${counted(cells.length, "cell")}, the first line has ${names.length}`,
      });
    else if (time === undefined) bad.add({ line, why: `${shown(cells[timeAt])} is no time` });
    else {
      const own = cells.filter((_, at) => numeric[at]);
      const values = own.map(numberOf);
      badCellCount += own.filter(
        (cell, at) => cell.trim() !== "" && values[at] === undefined,
      ).length;
      rows.push({ time, values });
    }
  }
  const own = names.filter((_, at) => numeric[at]);
  if (own.length === 0)
    throw new AuditError("unreadable", `${name} has no column of numbers beside its times`);
  return {
    names: own,
    rows: rows.toSorted((left, right) =>
      left.time < right.time ? -1 : left.time > right.time ? 1 : 0,
    ),
    timeColumn: names[timeAt] ?? "",
    timeForm: form,
    otherColumns: names.filter((_, at) => at !== timeAt && numeric[at] !== true),
    ...bad.end(),
    badCellCount,
  };
}

function linesOf(text: string, name: string): readonly Line[] {
  try {
    const found = csv().parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return found.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    throw new AuditError("unreadable", `${name} is no CSV: ${messageOf(error)}`, { cause: error });
  }
}

function columnOf(lines: readonly Line[], at: number): readonly string[] {
  return lines
    .map(({ cells }) => (cells[at] ?? "").trim())
    .filter((cell) => cell !== "")
    .slice(0, PROBED_ROWS);
}

interface Choice {
  readonly name: string;
  readonly options: MetricsOptions;
}

function timeColumnOf(
  names: readonly string[],
  lines: readonly Line[],
  { name, options }: Choice,
): number {
  const { timeColumn } = options;
  const known = names.map(shown).join(", ");
  if (timeColumn !== undefined) {
    const at = names.indexOf(timeColumn);
    if (at >= 0) return at;
    throw new AuditError(
      "invalid_option",
      `${name} has no column ${shown(timeColumn)}: it has ${known}`,
    );
  }
  const holdsTimes = (at: number): boolean => formOf(columnOf(lines, at), options) !== undefined;
  const named = names.findIndex(
    (column, at) => TIME_NAMES.includes(column.toLowerCase()) && holdsTimes(at),
  );
  if (named >= 0) return named;
  const found = names.findIndex((_, at) => formOf(columnOf(lines, at), options) === "ISO 8601");
  if (found >= 0) return found;
  throw new AuditError(
    "unreadable",
    `${name} has no column of times among ${known}: name it with --metrics-time`,
  );
}

/** Undefined: most of them are no times. */
function formOf(cells: readonly string[], reading: TimeReading): TimeForm | undefined {
  const forms: readonly TimeForm[] = ["ISO 8601", ...EPOCHS.map(([form]) => form)];
  return forms.find((form) => {
    const fitting = cells.filter((cell) => timeOf(cell, form, reading) !== undefined).length;
    return fitting * 2 > cells.length;
  });
}

function timeOf(cell: string, form: TimeForm, reading: TimeReading): string | undefined {
  const text = cell.trim();
  if (form === "ISO 8601")
    // A year alone is rather a number.
    return text.length < "2026-11-21".length || !/^\d{4}-\d\d-\d\d/.test(text)
      ? undefined
      : spanOf(text, reading)?.from;
  const at = EPOCHS.findIndex(([one]) => one === form);
  const [, from = 0, micros = 1] = EPOCHS[at] ?? [];
  const limit = EPOCHS[at - 1]?.[1] ?? EPOCH_LIMIT;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return value >= from && value < limit
    ? toIsoMicros(BigInt(Math.round(value * micros)))
    : undefined;
}

/** One that the clocks pass over is none: of a file the row is bad, and nobody can be asked. */
function spanOf(text: string, reading: TimeReading): ReturnType<typeof timeSpanOf> {
  try {
    return timeSpanOf(text, reading);
  } catch {
    return undefined;
  }
}

function isNumeric(cells: readonly string[]): boolean {
  const numbers = cells.filter((cell) => NUMBER.test(cell) || NO_FINITE.test(cell)).length;
  return cells.length > 0 && numbers * 2 > cells.length;
}

/** A loss that is not a number any more is a figure too. */
function numberOf(cell: string): number | undefined {
  const text = cell.trim();
  if (NUMBER.test(text)) return Number(text);
  if (!NO_FINITE.test(text)) return undefined;
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith("-") ? -Infinity : Infinity;
}

function createBad(): {
  readonly add: (row: BadRow) => void;
  readonly end: () => Pick<Metrics, "badRows" | "badRowCount">;
} {
  const badRows: BadRow[] = [];
  let badRowCount = 0;
  return {
    add(row) {
      badRowCount++;
      if (badRows.length < MAX_BAD) badRows.push(row);
    },
    end: () => ({ badRows, badRowCount }),
  };
}
