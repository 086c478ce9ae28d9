import { DateTime } from "luxon";
import type { FieldValue } from "../query/fields.ts";
import { fieldValueOf } from "../query/match-query.ts";
import type { QueriedRecord } from "../query/query.ts";
import type { GroupKey, Interval } from "./scanned-block.ts";

/** Between the values of a key; no text that we write has it. */
export const KEY_BREAK = "\u0000";

/** The groups that a record is of: one or more of each way to group, whose number stands before the values. */
export function groupsOf(
  ways: readonly (readonly GroupKey[])[],
): (record: QueriedRecord) => readonly string[] {
  const each = ways.map((by, at) => {
    const groups = groupsOfWay(by);
    const start = `${at}${KEY_BREAK}`;
    return (record: QueriedRecord): readonly string[] => groups(record).map((key) => start + key);
  });
  return (record) => each.flatMap((groups) => groups(record));
}

/** Several where a field of the record has several values. */
function groupsOfWay(by: readonly GroupKey[]): (record: QueriedRecord) => readonly string[] {
  const parts = by.map((key) =>
    "field" in key ? fieldParts(key.field) : intervalParts(key.interval, key.zone),
  );
  return (record) => {
    let keys: readonly string[] = [""];
    for (const [at, partsOf] of parts.entries()) {
      const values = partsOf(record);
      keys = keys.flatMap((key) =>
        values.map((value) => (at === 0 ? value : `${key}${KEY_BREAK}${value}`)),
      );
    }
    return keys;
  };
}

function fieldParts(name: string): (record: QueriedRecord) => readonly string[] {
  const valueOf = fieldValueOf(name);
  return (record) => textsOf(valueOf(record));
}

function textsOf(value: FieldValue): readonly string[] {
  if (typeof value === "object") return value.length === 0 ? [""] : [...new Set(value)];
  return [value === undefined ? "" : String(value).replaceAll(KEY_BREAK, "\ufffd")];
}

/** As in `2026-11-21T09:00`. */
const MINUTE_LENGTH = 16;
/** Minutes that are remembered: more than two months. */
const MAX_KNOWN = 100_000;

/** Starts of pieces of time in a zone, ISO 8601 with offset, as text. */
function intervalParts(
  interval: Interval,
  zone: string,
): (record: QueriedRecord) => readonly string[] {
  // The calendar takes long; times come many to the minute.
  const known = new Map<string, string>();
  return ({ timestamp }) => {
    const head = timestamp.slice(0, MINUTE_LENGTH);
    let start = known.get(head);
    if (start === undefined) {
      const time = DateTime.fromISO(`${head}:00Z`, { zone });
      start = time.isValid
        ? (time.startOf(interval).toISO({ suppressMilliseconds: true }) ?? "")
        : "";
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(head, start);
    }
    return [start];
  };
}
