import { type Command, Option } from "commander";
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import type { PagerOptions } from "./pager.ts";
import { RECORD_FORMATS, type RecordFormat } from "./formats.ts";

/** How a command prints records. */
export interface RecordOutputOptions extends PagerOptions {
  readonly output: RecordFormat;
  readonly columns?: string;
  readonly limit?: number;
}

/** Rows that a person reads; programs get all. */
const SCREEN_ROWS = 100;

/** Output format, columns, and how many. */
export function addRecordOutput(command: Command): Command {
  return command
    .addOption(
      new Option("-o, --output <format>", "output format").choices(RECORD_FORMATS).default("table"),
    )
    .option("--no-pager", "print on a terminal what does not fit on it, too")
    .option("--columns <names>", "fields to show, with commas between them")
    .option(
      "-n, --limit <count>",
      `how many (default: ${SCREEN_ROWS} in a table, else all)`,
      parseLimit,
    );
}

/** How many records are shown; undefined: all. */
export function limitOf({ limit, output }: RecordOutputOptions): number | undefined {
  return limit ?? (output === "table" || output === "markdown" ? SCREEN_ROWS : undefined);
}

/** @throws {AuditError} `invalid_option` where it is no whole number from 1 on. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new AuditError(
    "invalid_option",
    `--limit must be a whole number from 1 on; it is ${shown(text)}`,
  );
}
