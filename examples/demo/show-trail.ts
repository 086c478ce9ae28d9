/** The trail as a table for people, oldest first. */
import Table from "cli-table3";
import type { BodyValue, FlatRecord } from "otel-audit/read";
import { type Look, look } from "./show.ts";

/** Where there is no terminal: wide enough for most stories on one line. */
const WIDTH_WITHOUT_TERMINAL = 140;
/** A terminal of at least this width gets all columns. */
const WIDE_WIDTH = 125;
/** A narrower terminal breaks the lines itself. */
const MIN_WIDTH = 80;
/** Of the last column, what is left over. */
const WIDE_COLUMNS = [14, 15, 20, 25, 10] as const;
const NARROW_COLUMNS = [10, 15, 26] as const;

const OUTCOME_LOOK: Readonly<Record<string, Look>> = {
  success: "green",
  failure: "red",
  denied: "red",
  unknown: "yellow",
};

/** The table of some records. */
export function tableOf(records: readonly FlatRecord[]): string {
  // A terminal that does not know its size says 0.
  const width = Math.max(process.stdout.columns || WIDTH_WITHOUT_TERMINAL, MIN_WIDTH);
  return width < WIDE_WIDTH ? narrowTable(records, width) : wideTable(records, width);
}

function wideTable(records: readonly FlatRecord[], width: number): string {
  const table = newTable(
    ["time (UTC)", "who", "action", "target", "outcome", "what changed, and why"],
    WIDE_COLUMNS,
    width,
  );
  for (const record of records) {
    const time = record.timestamp.slice("yyyy-mm-ddT".length, -"000Z".length);
    const { action_type } = record;
    const target = targetOf(record);
    table.push([time, whoOf(record), action_type, target, outcomeOf(record), whatAndWhy(record)]);
  }
  return table.toString();
}

/** Action, target and outcome below each other. */
function narrowTable(records: readonly FlatRecord[], width: number): string {
  const titles = ["UTC", "who", "what", "what changed, and why"];
  const table = newTable(titles, NARROW_COLUMNS, width);
  for (const record of records) {
    const time = record.timestamp.slice("yyyy-mm-ddT".length, -".000000Z".length);
    const what = [record.action_type, targetOf(record), outcomeOf(record)].join("\n");
    table.push([time, whoOf(record), what, whatAndWhy(record)]);
  }
  return table.toString();
}

function newTable(
  titles: readonly string[],
  columns: readonly number[],
  width: number,
): Table.Table {
  const used = columns.reduce((sum, column) => sum + column, columns.length + 2);
  return new Table({
    head: titles.map((title) => look("bold", title)),
    colWidths: [...columns, width - used],
    wordWrap: true,
    style: { head: [], border: [] },
  });
}

function whoOf({ actor_id = "", actor_type = "" }: FlatRecord): string {
  return actor_type === "user" ? actor_id : `${actor_id} (${actor_type})`;
}

function outcomeOf({ outcome = "" }: FlatRecord): string {
  return look(OUTCOME_LOOK[outcome] ?? "dim", outcome);
}

/** What was acted on; where the policy names nothing, the method. */
function targetOf({ target_type, target_id, method = "" }: FlatRecord): string {
  if (target_id === undefined) return method.slice(method.indexOf("/") + 1);
  // A checkpoint's id says that it is one.
  return target_type === "checkpoint" ? target_id : `${target_type ?? ""} ${target_id}`;
}

function whatAndWhy({ details, outcome, target_id, error, reason }: FlatRecord): string {
  const { before, after, ...others } = details;
  const lines = outcome === "success" ? changesBetween(before, after) : wishesIn(after);
  const said = leavesOf(others).filter(([, value]) => value !== target_id);
  if (said.length > 0)
    lines.push(said.map(([path, value]) => `${nameOf(path)}=${value}`).join(" "));
  if (error !== null) lines.push(look("red", `error: ${error}`));
  if (reason !== undefined) lines.push(`why: ${reason}`);
  return lines.join("\n");
}

function changesBetween(before: BodyValue | undefined, after: BodyValue | undefined): string[] {
  const was = new Map(leavesOf(before));
  return leavesOf(after).map(
    ([path, value]) => `${nameOf(path)}: ${was.get(path) ?? "(none)"} -> ${value}`,
  );
}

/** What did not come about. */
function wishesIn(after: BodyValue | undefined): string[] {
  return leavesOf(after).map(([path, value]) => `asked for ${nameOf(path)}: ${value}`);
}

/** The single values in a body, each with its path. */
function leavesOf(
  value: BodyValue | undefined,
  path = "",
): (readonly [path: string, value: string])[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return [[path, value.join(",")]];
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

/** The last part of a path. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
