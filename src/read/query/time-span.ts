import type { DateTime, DateTimeUnit } from "luxon";
import { AuditError } from "../../lib/errors.ts";
import { toIsoMicros } from "../../lib/clock.ts";
import { luxon } from "../../lib/late-packages.ts";
import { shown } from "../../lib/shown.ts";

/** What a time as people give it stands for: from `from` on, before `until`, ISO 8601 UTC with six digits. */
export interface TimeSpan {
  readonly from: string;
  readonly until: string;
}

/** How times are read. */
export interface TimeReading {
  /** Where times without an offset are of: an IANA name (`Europe/Berlin`), `UTC` or `local`. Default `local`. */
  readonly zone?: string | undefined;
  /** Milliseconds since the epoch, for times relative to it. Default: now. */
  readonly nowMillis?: number | undefined;
}

/** Said in errors. */
export const TIME_EXAMPLES =
  "2026-11, 2026-11-21, 2026-11-21T14:30, 2026-11-21T14:30:00Z, today, yesterday or -3h (s, m, h, d, w)";

const SHAPE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/i;
const RELATIVE = /^-(\d{1,9})([smhdw])$/;
const UNITS: Readonly<Record<string, "seconds" | "minutes" | "hours" | "days" | "weeks">> = {
  s: "seconds",
  m: "minutes",
  h: "hours",
  d: "days",
  w: "weeks",
};
const PRECISIONS: readonly DateTimeUnit[] = ["year", "month", "day", "hour", "minute", "second"];
const MICROS = 1000n;

/**
 * The time that a text names: a whole year, month, day, hour, minute or second where it says no more
 * (ISO 8601), one instant for `-3h`. Days and weeks are those of the calendar: `-1d` over a change of the
 * clocks is the same time of the day before.
 *
 * @returns undefined where the text is no time.
 */
export function timeSpanOf(text: string, reading: TimeReading = {}): TimeSpan | undefined {
  const { zone = "local", nowMillis = Date.now() } = reading;
  const now = luxon().DateTime.fromMillis(nowMillis, { zone });
  if (text === "today") return spanOf(now, "day");
  if (text === "yesterday") return spanOf(now.minus({ days: 1 }), "day");
  const [, amount, unit = ""] = RELATIVE.exec(text) ?? [];
  if (amount !== undefined) return instant(now.minus({ [UNITS[unit] ?? ""]: Number(amount) }));
  const parts = SHAPE.exec(text);
  return parts === null ? undefined : absolute(parts, zone);
}

/** @throws {AuditError} `invalid_option` where a zone has no such name. */
export function checkZone(zone: string, option: string): string {
  if (zone === "local" || luxon().IANAZone.isValidZone(zone)) return zone;
  throw new AuditError(
    "invalid_option",
    `${option} must be the name of a time zone, as in Europe/Berlin, UTC or local; it is ${shown(zone)}`,
  );
}

function absolute(parts: RegExpExecArray, zone: string): TimeSpan | undefined {
  const [, year, month, day, hour, minute, second, fraction = "", offset] = parts;
  const given = [year, month, day, hour, minute, second];
  const count = given.filter((part) => part !== undefined).length;
  const precision = PRECISIONS[count - 1] ?? "second";
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = given.map((part) =>
    part === undefined ? undefined : Number(part),
  );
  const time = luxon().DateTime.fromObject(
    { year: y, month: mo, day: d, hour: h, minute: mi, second: s },
    { zone: offset === undefined ? zone : zoneOf(offset) },
  );
  if (!time.isValid) return undefined;
  if (fraction === "") return spanOf(time, precision);
  const digits = fraction.slice(0, 6);
  const from = microsOf(time) + BigInt(digits.padEnd(6, "0"));
  return textsOf(from, from + 10n ** BigInt(6 - digits.length));
}

function zoneOf(offset: string): string {
  if (/^z$/i.test(offset)) return "UTC";
  const digits = offset.replace(":", "");
  return `UTC${digits.slice(0, 3)}:${digits.slice(3).padEnd(2, "0")}`;
}

function spanOf(time: DateTime, unit: DateTimeUnit): TimeSpan {
  const from = time.startOf(unit);
  return textsOf(microsOf(from), microsOf(from.plus({ [unit]: 1 })));
}

function instant(time: DateTime): TimeSpan {
  const micros = microsOf(time);
  return textsOf(micros, micros + 1n);
}

function microsOf(time: DateTime): bigint {
  return BigInt(time.toMillis()) * MICROS;
}

function textsOf(from: bigint, until: bigint): TimeSpan {
  return { from: toIsoMicros(from), until: toIsoMicros(until) };
}
