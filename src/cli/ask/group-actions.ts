/** What `otel-audit summary --by` does; loaded when it runs. */
import { markdownRow } from "../../lib/markdown-text.ts";
import { groupTrail, type TrailGroups } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { tableLines } from "../table.ts";
import { csvRow } from "./write-rows.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { groupingOf } from "./grouping.ts";
import {
  exitAfterReading,
  sayImported,
  sayNothingFound,
  sayProblems,
  withProgress,
} from "./reading.ts";
import type { SummaryCommandOptions } from "./summary-command.ts";
import { jsonText } from "../../lib/visible-text.ts";

/** What stands for no value. */
const NONE = "(none)";

/** Prints the groups, and sets the exit code. */
export async function summaryBy(
  names: string,
  terms: readonly string[],
  options: SummaryCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const by = groupingOf(names);
  const { sources, query, zone } = await asked(terms, options, { isReadAgain: false });
  const found = await withProgress((reading) =>
    groupTrail(sources, query, { zone, by, ...reading }),
  );
  await recordAccess({ scope: ["summary", "--by", names, ...terms], count: found.total }, options);
  for (const line of linesOf(found, options)) print(line);
  if (found.total === 0) sayNothingFound(terms, warn);
  sayImported(found.imported, warn);
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, found.total);
}

function linesOf(found: TrailGroups, { output }: SummaryCommandOptions): Iterable<string> {
  switch (output) {
    case "json": {
      const { total, events, fields, groups } = found;
      return [jsonText({ total_events: total, events, by: fields, groups }, 2)];
    }
    case "csv":
      return asCsv(found);
    case "markdown":
      return asMarkdown(found);
    default:
      return onScreen(found);
  }
}

function onScreen({ fields, groups }: TrailGroups): readonly string[] {
  return tableLines(
    [...fields.map((name) => name.toUpperCase()), "RECORDS", "EVENTS"],
    groups.map(({ values, records, events }) => [
      ...values.map((value, at) => forPeople(value, fields[at])),
      String(records),
      String(events),
    ]),
    process.stdout,
  );
}

function* asCsv({ fields, groups }: TrailGroups): Generator<string> {
  yield csvRow([...fields, "records", "events"]);
  for (const { values, records, events } of groups)
    yield csvRow([...values, String(records), String(events)]);
}

/** Dates as people write them; programs get them as starts of their pieces of time. */
function forPeople(value: string, field: string | undefined): string {
  if (value === "") return NONE;
  if (field === "hour")
    return value
      .replace("T", " ")
      .replace(/Z$/, "+00:00")
      .replace(/:00(?=[+-])/, " ");
  return field === "day" || field === "week" || field === "month" ? value.slice(0, 10) : value;
}

function* asMarkdown({ fields, groups }: TrailGroups): Generator<string> {
  yield markdownRow([...fields, "records", "events"]);
  yield `| ${[...fields.map(() => "---"), "---:", "---:"].join(" | ")} |`;
  for (const { values, records, events } of groups)
    yield markdownRow([
      ...values.map((value, at) => forPeople(value, fields[at])),
      String(records),
      String(events),
    ]);
}
