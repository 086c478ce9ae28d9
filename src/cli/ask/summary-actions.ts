/** What `otel-audit summary` does; loaded when it runs. */
import { markdownRow } from "../../lib/markdown-text.ts";
import { gapText, summariseTrail, type Total, type TrailSummary } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { tableLines } from "../table.ts";
import { csvRow } from "./write-rows.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { screenTime } from "./columns.ts";
import { exitAfterReading, sayNothingFound, sayProblems, withProgress } from "./reading.ts";
import type { SummaryCommandOptions } from "./summary-command.ts";
import { jsonText } from "../../lib/visible-text.ts";

/** More lines of a block are not shown on a screen. */
const SCREEN_LINES = 20;
/** How all of a block are shown, where its name does not say it. */
const ALL_OF: Readonly<Record<string, string>> = { "imported action": "has:imported --by action" };
/** What stands for no value. */
const NONE = "(none)";

/** Prints the counts, and sets the exit code. */
export async function summary(
  terms: readonly string[],
  options: SummaryCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const { sources, query, zone } = await asked(terms, options, { isReadAgain: true });
  const found = await withProgress((reading) =>
    summariseTrail(sources, query, { zone, ...reading }),
  );
  await recordAccess({ scope: ["summary", ...terms], count: found.total }, options);
  for (const line of linesOf(found, options, zone)) print(line);
  if (found.total === 0) sayNothingFound(terms, warn);
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, found.total);
}

function linesOf(
  found: TrailSummary,
  { output }: SummaryCommandOptions,
  zone: string,
): Iterable<string> {
  switch (output) {
    case "json":
      return [jsonText(jsonOf(found), 2)];
    case "csv":
      return blocksAsCsv(found);
    case "markdown":
      return blocksAsMarkdown(found, zone);
    default:
      return screenBlocks(found, zone);
  }
}

/** The first three are those of the source's `get_log_summary`; `events` counts what records stand for. */
function jsonOf(found: TrailSummary): object {
  const countsOf = (totals: readonly Total[]): Readonly<Record<string, number>> =>
    Object.fromEntries(totals.map(({ name, records }) => [name, records]));
  return {
    total_events: found.total,
    by_action_type: countsOf(found.actions),
    by_status: countsOf(found.statuses),
    by_outcome: countsOf(found.outcomes),
    by_actor: countsOf(found.actors),
    by_day: countsOf(found.days.map((day) => ({ ...day, name: day.name.slice(0, 10) }))),
    by_service: countsOf(found.services),
    by_stream: countsOf(found.streams),
    high_impact: found.highImpact,
    denied: found.denied,
    first: found.first ?? null,
    last: found.last ?? null,
    events: found.events,
    imported: importedIn(found),
    imported_by_action_type: countsOf(found.imported),
    gap_records: found.gaps?.records ?? null,
    events_lost: found.gaps?.lost ?? null,
    events_unconfirmed: found.gaps?.unconfirmed ?? null,
  };
}

function importedIn({ imported }: TrailSummary): number {
  return imported.reduce((sum, { records }) => sum + records, 0);
}

/** Blocks of a summary, by what they are of. */
function blocksOf(found: TrailSummary): readonly (readonly [string, readonly Total[]])[] {
  const days = found.days.map((day) => ({ ...day, name: day.name.slice(0, 10) }));
  return [
    ["action", found.actions],
    ["imported action", found.imported],
    ["status", found.statuses],
    ["actor", found.actors],
    ["outcome", found.outcomes],
    ["day", days],
    ["service", found.services],
    ["stream", found.streams],
  ];
}

function factsOf(found: TrailSummary, zone: string): readonly (readonly [string, string])[] {
  const { first, last, total, events, highImpact, denied, streams, gaps } = found;
  const looks = found.actions.find(({ name }) => name === "audit_access");
  const missing = gaps === undefined ? undefined : gapText(gaps);
  return [
    ["total events", String(total)],
    ...(importedIn(found) === 0 ? [] : [["of which imported", String(importedIn(found))] as const]),
    ...(events === total ? [] : [["they stand for", String(events)] as const]),
    ...(looks === undefined ? [] : [["of them looks", `${looks.records} (who read it)`] as const]),
    ["high impact", String(highImpact)],
    ["denied", String(denied)],
    ["first", first === undefined ? "" : screenTime(first, zone)],
    ["last", last === undefined ? "" : screenTime(last, zone)],
    ["streams", String(streams.length)],
    ...(missing === undefined ? [] : [["missing", missing] as const]),
  ];
}

function* screenBlocks(found: TrailSummary, zone: string): Generator<string> {
  const facts = factsOf(found, zone);
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) yield `${name.padEnd(width)}  ${value}`.trimEnd();
  for (const [name, totals] of blocksOf(found)) {
    // Ids of streams say nothing to people; how many there are stands above.
    if (totals.length === 0 || name === "stream") continue;
    yield "";
    const isMore = totals.some(({ records, events }) => events !== records);
    const shownTotals =
      name === "day" ? totals.slice(-SCREEN_LINES) : totals.slice(0, SCREEN_LINES);
    yield* tableLines(
      [name.toUpperCase(), "RECORDS", ...(isMore ? ["EVENTS"] : [])],
      shownTotals.map((total) => [
        total.name === "" ? NONE : total.name,
        String(total.records),
        ...(isMore ? [String(total.events)] : []),
      ]),
      process.stdout,
    );
    const more = totals.length - shownTotals.length;
    if (more > 0)
      yield `and ${more} ${name === "day" ? "earlier days" : "more"}: ${ALL_OF[name] ?? `--by ${name}`} shows all`;
  }
}

function* blocksAsCsv(found: TrailSummary): Generator<string> {
  yield csvRow(["by", "name", "records", "events"]);
  for (const [by, totals] of blocksOf(found)) {
    for (const { name, records, events } of totals)
      yield csvRow([by, name, String(records), String(events)]);
  }
}

function* blocksAsMarkdown(found: TrailSummary, zone: string): Generator<string> {
  for (const [name, value] of factsOf(found, zone)) yield `- ${name}: ${value}`;
  for (const [name, totals] of blocksOf(found)) {
    if (totals.length === 0 || name === "stream") continue;
    yield "";
    yield markdownRow([name, "records", "events"]);
    yield "| --- | ---: | ---: |";
    for (const total of totals)
      yield markdownRow([total.name || NONE, String(total.records), String(total.events)]);
  }
}
