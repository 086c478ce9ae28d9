import {
  ATTR_ACTION,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_CALL_ID,
  ATTR_CATEGORY,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SNAPSHOT_ID,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
} from "../../event/index.ts";
import type { Query, Term, TimeRange } from "../query/query.ts";

/** Fields whose values VictoriaLogs has under a name of its own, as they are. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["action", ATTR_ACTION],
  ["actor", ATTR_ACTOR_ID],
  ["role", ATTR_ACTOR_ROLE],
  ["call", ATTR_CALL_ID],
  ["category", ATTR_CATEGORY],
  ["impact", ATTR_IMPACT],
  ["outcome", ATTR_OUTCOME],
  ["record", ATTR_RECORD_ID],
  ["kind", ATTR_RECORD_KIND],
  ["snapshot", ATTR_SNAPSHOT_ID],
  ["target", ATTR_TARGET_ID],
  ["target.type", ATTR_TARGET_TYPE],
  ["trace", "trace_id"],
]);

/**
 * LogsQL for every record that may match a query, and others (docs.victoriametrics.com/victorialogs/logsql):
 * what it cannot say, or says in another way, is left out. Times there are whole milliseconds.
 */
export function logsqlOf({ terms }: Query): string {
  const filters = terms.flatMap((term) => filterOf(term) ?? []);
  return [`${quoted(ATTR_RECORD_ID)}:*`, ...filters].join(" ");
}

function filterOf({ field, test, isNegated }: Term): string | undefined {
  if (isNegated) return undefined;
  if (test.kind === "time" && field === "created") return timeFilter(test);
  const name = NAMES.get(field);
  if (test.kind !== "any-of" || name === undefined) return undefined;
  if (test.values.some(({ text, isPattern }) => isPattern || text === "")) return undefined;
  return `${quoted(name)}:in(${test.values.map(({ text }) => quoted(text)).join(", ")})`;
}

/** VictoriaLogs counts nanoseconds since 1970 in 64 bits. */
const FIRST = "1970-01-01T00:00:00Z";
const LAST = "2262-01-01T00:00:00Z";
/** As in `2026-11-21T09:00:05.123`. */
const MILLIS_LENGTH = 23;

function timeFilter({ from, until }: TimeRange): string {
  const start = from === undefined ? FIRST : `${from.slice(0, MILLIS_LENGTH)}Z`;
  const end = until === undefined ? LAST : `${until.slice(0, MILLIS_LENGTH)}Z`;
  // Both ends count: what is too much is left out afterwards.
  return `_time:[${start}, ${end}]`;
}

/** A text of LogsQL has the escapes of Go, which has those of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
