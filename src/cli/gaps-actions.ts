/** What `otel-audit gaps` does; loaded when it runs. */
import { styleText } from "node:util";
import { counted, verbFor } from "../lib/counted.ts";
import {
  type GapReport,
  gapsOf,
  type MissingRecords,
  type ReconciledCalls,
} from "../verify/index.ts";
import type { GapsCommandOptions } from "./gaps-command.ts";
import type { Lines } from "./lines.ts";
import { tableLines, withoutControls } from "./table.ts";
import { pathsOrDefault } from "./default-paths.ts";
import { evidenceOf, verifyWithProgress } from "./verify-paths.ts";
import { jsonText } from "../lib/visible-text.ts";

/** Verifies, prints what is missing, and sets the exit code. */
export async function showGaps(
  given: readonly string[],
  options: GapsCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const paths = pathsOrDefault([...(options.trail ?? []), ...given], "nothing to look for gaps in");
  const report = await verifyWithProgress(paths, await evidenceOf(options, warn));
  const isWindowed = options.since !== undefined || options.until !== undefined;
  const gaps = gapsOf(report, { isWindowed });
  process.exitCode = gaps.exitCode;
  if (options.output === "json") return print(jsonText(gaps, 2));
  for (const line of gapLines(gaps)) print(line);
}

/** More rows than this are not shown of anything. */
const MAX_ROWS = 50;
const MISSING = ["STREAM", "MISSING", "COUNT", "WHY"];
const LOST = ["RECORD", "COUNT", "TIME", "WHY"];
const CALLS = ["STREAM", "METHOD", "HANDLED", "RECORDED", "FOUND", "WHAT IS WRONG"];
const UNCLOSED = ["STREAM", "LAST CHECKPOINT", "RECORDS BEHIND IT"];

function* gapLines(gaps: GapReport): Generator<string> {
  yield styleText("bold", gaps.headline, { stream: process.stdout });
  yield* section("", MISSING, gaps.missing.flatMap(missingRows));
  if (gaps.unlisted > 0)
    yield `and ${counted(gaps.unlisted, "finding")} that ${verbFor(gaps.unlisted, "is")} not listed`;
  yield* section("Lost before they were written:", LOST, gaps.lost.map(gapRow));
  yield* section("Written, but may not survive a power loss:", LOST, gaps.unconfirmed.map(gapRow));
  yield* section("Calls:", CALLS, gaps.calls.map(callRow));
  yield* section(
    "Deleted by retention, as a signed record says:",
    ["STREAM", "RECORDS", "COUNT"],
    gaps.purged.map(({ stream, count, ranges }) => [
      stream,
      ranges.map(([first, last]) => shownRange({ first, last })).join(", "),
      String(count),
    ]),
  );
  yield* section(
    "Not closed: still running, or ended without saying so:",
    UNCLOSED,
    gaps.unclosed.map(({ stream, until, unsigned }) => [stream, until ?? "", String(unsigned)]),
  );
}

function* section(
  title: string,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): Generator<string> {
  if (rows.length === 0) return;
  yield "";
  if (title !== "") yield title;
  yield* tableLines(heading, rows.slice(0, MAX_ROWS), process.stdout);
  if (rows.length > MAX_ROWS) yield `and ${rows.length - MAX_ROWS} more: -o json lists them`;
}

function missingRows(missing: MissingRecords): readonly (readonly string[])[] {
  const { stream, count, isWholeStream, ranges } = missing;
  if (isWholeStream) return [[stream, "all of it", String(count), "it was anchored"]];
  const all = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return ranges.map((range) => {
    const { first, last, record, why } = range;
    const own = last - first + 1;
    return [
      stream,
      count < all ? `results in ${shownRange(range)}` : shownRange(range),
      String(count < all ? count : own),
      record === undefined ? "no record says why" : `${record}: ${why ?? ""}`,
    ];
  });
}

function gapRow({
  record,
  count,
  time,
  why,
  between,
}: GapReport["lost"][number]): readonly string[] {
  const where = between === undefined ? "" : ` (numbers ${between[0]} to ${between[1]})`;
  return [record, String(count), time, `${why}${where}`];
}

function callRow(calls: ReconciledCalls): readonly string[] {
  const { stream, method, handled, recorded, found, lost, open, missing, note } = calls;
  const wrong = [
    ...(lost > 0 ? [`${lost} handled, never recorded`] : []),
    ...(open > 0 ? [`${open} not recorded yet at the last checkpoint, or lost`] : []),
    ...(missing !== null && missing > 0 ? [`${missing} recorded, missing here`] : []),
    ...(note === undefined ? [] : [`not compared: ${note}`]),
  ];
  return [
    stream,
    withoutControls(method),
    String(handled),
    String(recorded),
    found === null ? "-" : String(found),
    wrong.join("; "),
  ];
}

function shownRange({ first, last }: { readonly first: number; readonly last: number }): string {
  return first === last ? String(first) : `${first}-${last}`;
}
