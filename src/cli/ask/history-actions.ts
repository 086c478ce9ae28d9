/** What `otel-audit history` does; loaded when it runs. */
import { counted, verbFor } from "../../lib/counted.ts";
import { AuditError } from "../../lib/errors.ts";
import { timeOption } from "../time-option.ts";
import { type History, historyOf, ROLES } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { withoutControls } from "../table.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { bearingObjects, sayBearing } from "./bearing-words.ts";
import { screenTime } from "./columns.ts";
import type { HistoryCommandOptions } from "./history-command.ts";
import {
  entryColumns,
  entryObject,
  stateColumns,
  stateObject,
  contradictionObject,
  contradictionText,
} from "./history-rows.ts";
import { printPaged } from "./pager.ts";
import { plainLines } from "./plain-rows.ts";
import { exitAfterReading, sayProblems, valuesWithProgress } from "./reading.ts";
import { limitOf } from "./record-output.ts";
import { jsonText } from "../../lib/visible-text.ts";

/** More contradictions are counted. */
const MAX_SAID = 10;

/** Prints the history of something, and sets the exit code. */
export async function history(
  name: string,
  options: HistoryCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  if (name.trim() === "") throw new AuditError("invalid_option", "an empty name names nothing");
  if (options.at !== undefined && options.since !== undefined)
    throw new AuditError(
      "invalid_option",
      "--at needs everything from the beginning on: leave out --since",
    );
  const { sources, zone, query } = await asked([], options, { isReadAgain: true });
  const until = options.at === undefined ? undefined : timeOption(options.at, "--at", zone).until;
  const found = await valuesWithProgress(warn, (reading) =>
    historyOf(sources, name, {
      roles: options.as === undefined ? ROLES : [options.as],
      type: options.type,
      field: options.field,
      until,
      within: query.terms,
      ...reading,
    }),
  );
  const count = until === undefined ? found.entries.length : (found.at?.length ?? 0);
  const scope = ["history", name, ...(options.at === undefined ? [] : ["--at", options.at])];
  await recordAccess({ scope, count }, options);
  if (until !== undefined) warn(`as of ${screenTime(until, zone)}`);
  await printFound(found, { name, options, zone, until }, { print, warn });
  sayFound(found, { name, warn });
  if (found.bearing !== undefined) sayBearing(found.bearing, zone, warn);
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, count);
}

interface Printing {
  readonly name: string;
  readonly options: HistoryCommandOptions;
  readonly zone: string;
  readonly until: string | undefined;
}

async function printFound(
  found: History,
  { name, options, zone, until }: Printing,
  { print, warn }: Lines,
): Promise<void> {
  const { output } = options;
  const { entries, at = [], owners } = found;
  const limit = limitOf(options) ?? Infinity;
  if (output === "json") {
    print(jsonText(jsonOf(found, { name, until, limit }), 2));
    return;
  }
  const isTable = output === "table";
  if (until !== undefined) {
    const columns = stateColumns(zone);
    const rows = at.slice(0, limit);
    if (at.length > 0 || !isTable) {
      const lines = plainLines({ columns, rows, objectOf: stateObject }, output);
      await printPaged(lines, { print, warn }, options);
    }
    sayLimit(rows.length, at.length, warn);
    return;
  }
  // The latest stay: they say what it is now.
  const rows = entries.slice(Math.max(0, entries.length - limit));
  const isScreen = isTable || output === "markdown";
  const isOneOwner = owners.length === 1 && isScreen;
  const columns = entryColumns(zone, { isOneOwner, isScreen });
  if (entries.length > 0 || !isTable) {
    const lines = plainLines({ columns, rows, objectOf: entryObject }, output);
    await printPaged(lines, { print, warn }, options);
  }
  sayLimit(rows.length, entries.length, warn);
}

function sayLimit(shownRows: number, all: number, warn: Lines["warn"]): void {
  if (shownRows < all)
    warn(`${shownRows} of ${all} shown, the latest: --limit ${all} shows all of them`);
}

interface Told {
  readonly name: string;
  readonly warn: Lines["warn"];
}

function sayFound(found: History, { name, warn }: Told): void {
  const say = (text: string): void => warn(withoutControls(text));
  const { entries, foundAs, contradictions, actedIn, unlisted } = found;
  if (entries.length === 0 && found.at?.length !== undefined && foundAs.length > 0)
    warn("no value of it is known");
  if (foundAs.length === 0) warn("nothing found");
  if (foundAs.length > 1) {
    const texts = foundAs.map(({ role, type, records }) => {
      const of = type === "" ? "" : role === "target" ? ` of type ${type}` : ` of ${type}`;
      return `${role}${of} (${records})`;
    });
    say(`${name} is more than one thing: ${texts.join(", ")}: --as and --type keep one`);
  }
  for (const one of contradictions.slice(0, MAX_SAID)) say(contradictionText(one));
  if (contradictions.length > MAX_SAID)
    say(`and ${contradictions.length - MAX_SAID} more such contradictions`);
  if (unlisted > 0)
    say(
      `${counted(unlisted, "action")} on samples ${verbFor(unlisted, "does")} not name all of ${unlisted === 1 ? "its own" : "theirs"}: whether ${name} is one of them is not known`,
    );
  if (actedIn > 0)
    say(`${name} also acted, in ${counted(actedIn, "record")}: otel-audit query actor:${name}`);
}

interface JsonOptions {
  readonly name: string;
  readonly until: string | undefined;
  readonly limit: number;
}

function jsonOf(found: History, { name, until, limit }: JsonOptions): object {
  const { entries, foundAs, contradictions, actedIn, unlisted, at = [] } = found;
  return {
    version: 1,
    name,
    foundAs,
    total: entries.length,
    entries: entries.slice(Math.max(0, entries.length - limit)).map(entryObject),
    at: until === undefined ? null : { until, fields: at.map(stateObject) },
    contradictions: contradictions.map(contradictionObject),
    unlisted,
    actedIn,
    ...bearingObjects(found.bearing),
  };
}
