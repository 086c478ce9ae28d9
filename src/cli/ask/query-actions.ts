/** What `otel-audit query` does; loaded when it runs. */
import { tmpdir } from "node:os";
import { AuditError } from "../../lib/errors.ts";
import { type Query, sortTrail, timeTerm, type TrailSource } from "../../read/index.ts";
import type { FoundWindow, MomentWindow } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { columnsOf, screenTime, TABLE_COLUMNS } from "./columns.ts";
import type { Looking } from "./one-record.ts";
import { printPaged } from "./pager.ts";
import type { QueryCommandOptions } from "./query-command.ts";
import {
  exitAfterReading,
  sayNothingFound,
  sayProblems,
  valuesWithProgress,
  withProgress,
} from "./reading.ts";
import { limitOf } from "./record-output.ts";
import { rowLines } from "./write-rows.ts";

/** Prints what matches, and sets the exit code. */
export async function query(
  terms: readonly string[],
  options: QueryCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const columns = options.columns === undefined ? undefined : columnsOf(options.columns);
  const [first, second, ...behind] = options.between ?? [];
  const {
    sources,
    query: given,
    zone,
  } = await asked([...terms, ...behind], options, {
    isReadAgain: first !== undefined,
  });
  const scope = ["query", ...terms, ...(first === undefined ? [] : ["--between"])];
  const access = (count: number) =>
    recordAccess({ scope: [...scope, ...(options.between ?? [])], count }, options);
  const bounds = first === undefined ? undefined : await between(sources, [first, second], zone);
  if (bounds?.kind === "question") return sayNoBound(bounds, { zone, warn, access });
  const window = bounds?.window;
  const created = window === undefined ? [] : [timeTerm(window.range)];
  const wanted = { terms: [...given.terms, ...created] };
  const { order, output: format } = options;
  const limit = limitOf(options);
  const told = format !== "table" || asksForValues(wanted) ? warn : () => {};
  const found = await valuesWithProgress(told, (reading) =>
    sortTrail(sources, wanted, { order, limit, directory: tmpdir(), ...reading }),
  );
  const { records, total } = found;
  await access(total);
  if (window !== undefined) await sayWindow(window, { zone, warn });
  if (total > 0 || format !== "table") {
    const rows = { format, columns, forPeople: columnsOf(TABLE_COLUMNS), zone };
    await printPaged(rowLines(records, rows), { print, warn }, options);
  }
  if (total === 0) sayNothingFound(terms, warn);
  const shown = Math.min(limit ?? total, total);
  if (shown < total)
    warn(`${shown} of ${total} shown, the ${order} first: --limit ${total} shows all of them`);
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, total);
}

/** Fields that are looked for in lists, numbers, true and false, where a record has such. */
const OF_VALUES: ReadonlySet<string> = new Set(["details", "sample", "about"]);

function asksForValues({ terms }: Query): boolean {
  return terms.some(({ field }) => OF_VALUES.has(field));
}

async function between(
  sources: readonly TrailSource[],
  [first, second]: readonly [string, string | undefined],
  zone: string,
): Promise<FoundWindow> {
  if (second === undefined)
    throw new AuditError("invalid_option", "--between takes two: --between <snapshot> <snapshot>");
  const { momentWindow } = await import("../../report/index.ts");
  return withProgress((reading) => momentWindow(sources, [first, second], { zone, ...reading }));
}

/** @throws {AuditError} `invalid_option` where nothing has that name. */
async function sayNoBound(
  { asked: text, found }: Extract<FoundWindow, { readonly kind: "question" }>,
  looking: Looking & { readonly zone: string },
): Promise<void> {
  const { questionText, sayNoMoment } = await import("./moment-words.ts");
  const { question } = found;
  const choose = "give the id of the record";
  if (question?.kind === "none" || question?.kind === "beginning")
    throw new AuditError(
      "invalid_option",
      `--between: ${questionText(text, question, { choose })}`,
    );
  await sayNoMoment(text, found, { choose, ...looking });
}

async function sayWindow(
  { from, to }: MomentWindow,
  { zone, warn }: { readonly zone: string; readonly warn: Lines["warn"] },
): Promise<void> {
  const { sayNotes } = await import("./moment-words.ts");
  const end =
    to.kind === "time"
      ? `until ${screenTime(to.until, zone)}, not included`
      : screenTime(to.from, zone);
  warn(`from ${from.asked} (${screenTime(from.from, zone)}) to ${to.asked} (${end})`);
  for (const moment of [from, to]) sayNotes(moment, warn);
}
