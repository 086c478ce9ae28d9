/** The columns that a command shows of a record. */
import { AuditError } from "../../lib/errors.ts";
import { isMap } from "../../lib/is-map.ts";
import { luxon } from "../../lib/late-packages.ts";
import { nearest } from "../../lib/nearest.ts";
import { shown } from "../../lib/shown.ts";
import { type BodyMap, type BodyValue, changesInWords, sentenceOf } from "../../event/index.ts";
import { type FlatRecord, fromFlat } from "../../format/index.ts";
import { fieldOf, FIELDS, fieldValueOf } from "../../read/index.ts";

/** One column. */
export interface Column {
  readonly name: string;
  readonly textOf: (record: FlatRecord, zone: string) => string;
}

/** Columns that are made of more than one field. */
const MADE: readonly Column[] = [
  { name: "time", textOf: ({ timestamp }, zone) => screenTime(timestamp, zone) },
  { name: "timestamp", textOf: ({ timestamp }) => timestamp },
  { name: "changes", textOf: changesOf },
  { name: "details", textOf: ({ details }) => JSON.stringify(details) },
  { name: "attributes", textOf: ({ attributes }) => JSON.stringify(attributes) },
  { name: "what", textOf: (record) => sentenceOf(fromFlat(record)) },
];

/** As records of our time have it: before, zones were seconds away from UTC. */
const UTC_TIME = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const SECONDS = "2026-11-21T09:00:05".length;
const MILLIS_A_MINUTE = 60_000;

/** What a table shows unasked. */
export const TABLE_COLUMNS = "time,record,outcome,what";

/** @throws {AuditError} `invalid_option` naming the column that there is not. */
export function columnsOf(text: string): readonly Column[] {
  const names = text.split(",").map((name) => name.trim());
  return names.map((name) => {
    const made = MADE.find((column) => column.name === name);
    if (made !== undefined) return made;
    const field = fieldOf(name);
    if (field === undefined && !name.includes(".")) throw unknownColumn(name);
    const valueOf = fieldValueOf(name);
    return {
      name,
      textOf: (record) => {
        const value = valueOf(record);
        return typeof value === "object" ? value.join(", ") : String(value ?? "");
      },
    };
  });
}

function unknownColumn(name: string): AuditError {
  const known = [...MADE, ...FIELDS].map((column) => column.name);
  const near = nearest(name, known);
  return new AuditError(
    "invalid_option",
    `--columns names ${shown(name)}, which is none: ${near === undefined ? "" : `did you mean ${near}? `}They are ${[...new Set(known)].join(", ")}, the name of an attribute, and details. with a path`,
  );
}

/** A time of a record as a person of some zone reads it, to the millisecond, with its offset. */
export function screenTime(timestamp: string, zone: string): string {
  const own = zone === "local" ? localTime(timestamp) : undefined;
  if (own !== undefined) return own;
  const time = luxon().DateTime.fromISO(timestamp, { zone, locale: "en" });
  return time.isValid ? time.toFormat("yyyy-MM-dd HH:mm:ss.SSS ZZ") : timestamp;
}

/**
 * The same in the zone that the system is in, which a table of a few records need not load calendars for.
 * Undefined where it takes one.
 */
function localTime(timestamp: string): string | undefined {
  if (!UTC_TIME.test(timestamp)) return undefined;
  const time = new Date(timestamp);
  const offset = -time.getTimezoneOffset();
  // A day that the month does not have, or an hour that is the next day's.
  if (Number.isNaN(offset) || !time.toISOString().startsWith(timestamp.slice(0, SECONDS)))
    return undefined;
  const shifted = new Date(time.getTime() + offset * MILLIS_A_MINUTE).toISOString();
  const [day, clock] = [
    shifted.slice(0, "2026-11-21".length),
    shifted.slice("2026-11-21T".length, -1),
  ];
  const away = Math.abs(offset);
  const [hours, minutes] = [Math.trunc(away / 60), away % 60].map((n) => `${n}`.padStart(2, "0"));
  return `${day} ${clock} ${offset < 0 ? "-" : "+"}${hours}:${minutes}`;
}

function changesOf({ details: { before, after } }: FlatRecord): string {
  const mapOf = (value: BodyValue | undefined): BodyMap => (isMap(value) ? value : {});
  return changesInWords(mapOf(before), mapOf(after)) ?? "";
}
