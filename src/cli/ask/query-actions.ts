/** What `otel-audit query` does; loaded when it runs. */
import { tmpdir } from "node:os";
import { AuditError } from "../../lib/errors.ts";
import { type Query, sortTrail, type TrailSource } from "../../read/index.ts";
import type { Moment } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { columnsOf, screenTime, TABLE_COLUMNS } from "./columns.ts";
import { sayNotes } from "./moment-words.ts";
import { printPaged } from "./pager.ts";
import type { QueryCommandOptions } from "./query-command.ts";
import { withProgress, exitAfterReading, sayNothingFound, sayProblems } from "./reading.ts";
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
  const window = first === undefined ? undefined : await between(sources, [first, second], zone);
  const wanted = { terms: [...given.terms, ...(window?.terms ?? [])] };
  const { order, output: format } = options;
  const limit = limitOf(options);
  const found = await withProgress((reading) =>
    sortTrail(sources, wanted, { order, limit, directory: tmpdir(), ...reading }),
  );
  const { records, total } = found;
  const scope = ["query", ...terms, ...(first === undefined ? [] : ["--between"])];
  await recordAccess({ scope: [...scope, ...(options.between ?? [])], count: total }, options);
  if (window !== undefined) sayWindow(window, { zone, warn });
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

interface BetweenWindow {
  readonly terms: Query["terms"];
  readonly from: Moment;
  readonly to: Moment;
}

async function between(
  sources: readonly TrailSource[],
  [first, second]: readonly [string, string | undefined],
  zone: string,
): Promise<BetweenWindow> {
  if (second === undefined)
    throw new AuditError("invalid_option", "--between takes two: --between <snapshot> <snapshot>");
  const { snapshotWindow } = await import("../../report/index.ts");
  const { range, from, to } = await withProgress((reading) =>
    snapshotWindow(sources, [first, second], { zone, ...reading }),
  );
  return { terms: [{ field: "created", isNegated: false, test: range }], from, to };
}

function sayWindow(
  { from, to }: BetweenWindow,
  { zone, warn }: { readonly zone: string; readonly warn: Lines["warn"] },
): void {
  const [start, end] = [from, to].map(
    ({ asked: text, from: time }) => `${text} (${screenTime(time, zone)})`,
  );
  warn(`from ${start} to ${end}`);
  for (const moment of [from, to]) sayNotes(moment, warn);
}
