import { luxon } from "../../lib/late-packages.ts";
import { fieldValueOf } from "../query/match-query.ts";
import type { QueriedRecord } from "../query/query.ts";
import type { GroupKey, Interval } from "./scanned-block.ts";

/** Between the values of a key; no text that we write has it. */
export const KEY_BREAK = "\u0000";

/** The values of a record for one part of a key: one, in nearly every case. */
type PartReader = (record: QueriedRecord) => string | readonly string[];

/** The groups that a record is of: several where a field of it has several values. */
export function groupsOf(
  by: readonly GroupKey[],
): (record: QueriedRecord) => string | readonly string[] {
  const [first = () => "", ...rest] = by.map((key) =>
    "field" in key ? fieldParts(key.field) : intervalParts(key.interval, key.zone),
  );
  return (record) => {
    let keys = first(record);
    for (const partsOf of rest) keys = joined(keys, partsOf(record));
    return keys;
  };
}

function joined(
  left: string | readonly string[],
  right: string | readonly string[],
): string | readonly string[] {
  if (typeof left === "string" && typeof right === "string") return `${left}${KEY_BREAK}${right}`;
  const rights = typeof right === "string" ? [right] : right;
  return (typeof left === "string" ? [left] : left).flatMap((one) =>
    rights.map((other) => `${one}${KEY_BREAK}${other}`),
  );
}

function fieldParts(name: string): PartReader {
  const valueOf = fieldValueOf(name);
  return (record) => {
    const value = valueOf(record);
    if (typeof value !== "object") return textOf(value);
    return value.length === 0 ? "" : [...new Set(value)].map(textOf);
  };
}

function textOf(value: string | number | boolean | undefined): string {
  const text = value === undefined ? "" : String(value);
  return text.includes(KEY_BREAK) ? text.replaceAll(KEY_BREAK, "\ufffd") : text;
}

/** As in `2026-11-21T09:00`. */
const MINUTE_LENGTH = 16;
/** As in `2026-11-21T09`. */
const HOUR_LENGTH = 13;
/** Minutes and hours that are remembered: of minutes, more than two months. */
const MAX_KNOWN = 100_000;

/** Starts of pieces of time in a zone, ISO 8601 with offset, as text. */
function intervalParts(interval: Interval, zone: string): PartReader {
  // The calendar takes long; times come many to the minute, and nearly always many to the hour.
  const minutes = createStarts(interval, zone);
  const hours = new Map<string, string | undefined>();
  return ({ timestamp }) => {
    const hour = timestamp.slice(0, HOUR_LENGTH);
    if (!hours.has(hour)) {
      // Where the first and the last minute of an hour have one start, all between them have it too.
      const first = minutes(`${hour}:00`);
      const isOne = interval !== "minute" && first !== "" && minutes(`${hour}:59`) === first;
      if (hours.size >= MAX_KNOWN) hours.clear();
      hours.set(hour, isOne ? first : undefined);
    }
    return hours.get(hour) ?? minutes(timestamp.slice(0, MINUTE_LENGTH));
  };
}

/** The start of the piece of time that a minute is of; empty: it is no minute. */
function createStarts(interval: Interval, zone: string): (minute: string) => string {
  const known = new Map<string, string>();
  return (minute) => {
    let start = known.get(minute);
    if (start === undefined) {
      const time = luxon().DateTime.fromISO(`${minute}:00Z`, { zone });
      start = time.isValid
        ? (time.startOf(interval).toISO({ suppressMilliseconds: true }) ?? "")
        : "";
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(minute, start);
    }
    return start;
  };
}
