import type { DateTime, DateTimeUnit } from "luxon";
import { AuditError } from "../../lib/errors.ts";
import { toIsoMicros } from "../../lib/clock.ts";
import { luxon } from "../../lib/late-packages.ts";
import { shown } from "../../lib/shown.ts";

/**
 * What a time as people give it stands for: from `from` on, before `until`, ISO 8601 UTC with six digits. A
 * time that comes twice, as clocks go back, is from its first beginning to its last end.
 */
export interface TimeSpan {
  readonly from: string;
  readonly until: string;
  /** Where it begins twice, the second time: what is before it may be up to here. */
  readonly lastFrom?: string;
  /** Where it ends twice, the first time: what is behind it may be from here on. */
  readonly firstUntil?: string;
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
const UTC = { zone: "UTC" };

/**
 * The time that a text names: a whole year, month, day, hour, minute or second where it says no more
 * (ISO 8601), one instant for `-3h`. Days and weeks are those of the calendar: `-1d` over a change of the
 * clocks is the same time of the day before.
 *
 * @returns undefined where the text is no time.
 * @throws {AuditError} `invalid_option` where it is one that the clocks of the zone pass over.
 */
export function timeSpanOf(text: string, reading: TimeReading = {}): TimeSpan | undefined {
  const { zone = "local", nowMillis = Date.now() } = reading;
  const now = luxon().DateTime.fromMillis(nowMillis, { zone });
  const today = now.setZone("UTC", { keepLocalTime: true });
  if (text === "today") return spanOf(today, { unit: "day", zone, text });
  if (text === "yesterday") return spanOf(today.minus({ days: 1 }), { unit: "day", zone, text });
  const [, amount, unit = ""] = RELATIVE.exec(text) ?? [];
  if (amount !== undefined) return instant(now.minus({ [UNITS[unit] ?? ""]: Number(amount) }));
  const parts = SHAPE.exec(text);
  return parts === null ? undefined : absolute(parts, zone, text);
}

/** @throws {AuditError} `invalid_option` where a zone has no such name. */
export function checkZone(zone: string, option: string): string {
  if (zone === "local" || luxon().IANAZone.isValidZone(zone)) return zone;
  throw new AuditError(
    "invalid_option",
    `${option} must be the name of a time zone, as in Europe/Berlin, UTC or local; it is ${shown(zone)}`,
  );
}

function absolute(parts: RegExpExecArray, given: string, text: string): TimeSpan | undefined {
  const [, year, month, day, hour, minute, second, fraction = "", offset] = parts;
  const said = [year, month, day, hour, minute, second].filter((part) => part !== undefined);
  const unit = PRECISIONS[said.length - 1] ?? "second";
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = said.map(Number);
  const local = luxon().DateTime.fromObject(
    { year: y, month: mo, day: d, hour: h, minute: mi, second: s },
    UTC,
  );
  if (!local.isValid) return undefined;
  const zone = offset === undefined ? given : zoneOf(offset);
  if (!luxon().DateTime.fromMillis(0, { zone }).isValid) return undefined;
  const span = { unit, zone, text };
  if (fraction === "") return spanOf(local, span);
  const digits = fraction.slice(0, 6);
  const [first, last] = readingsOf(local, span);
  const start = BigInt(digits.padEnd(6, "0"));
  const end = start + 10n ** BigInt(6 - digits.length);
  return textsOf([first + start, last + start], [first + end, last + end]);
}

function zoneOf(offset: string): string {
  if (/^z$/i.test(offset)) return "UTC";
  const digits = offset.replace(":", "");
  return `UTC${digits.slice(0, 3)}:${digits.slice(3).padEnd(2, "0")}`;
}

interface Spanning {
  readonly unit: DateTimeUnit;
  readonly zone: string;
  /** As it was typed, for errors. */
  readonly text: string;
}

/** @param local the time on the clock of the zone, as one of UTC: there every time comes once. */
function spanOf(local: DateTime, span: Spanning): TimeSpan {
  const { unit } = span;
  const from = local.startOf(unit);
  const last = from.plus({ [unit]: 1 }).minus({ milliseconds: 1 });
  const isThere = [from, last].some((time) => isOnClock(time, span.zone));
  if (!isThere) throw passedOver(from, span);
  const [firstEnd, lastEnd] = readingsOf(last, span, isThere);
  return textsOf(readingsOf(from, span, isThere), [firstEnd + MICROS, lastEnd + MICROS]);
}

/** What a time on the clock is: the first time, and the last. */
type Readings = readonly [first: bigint, last: bigint];

/** @param isMoved whether a time that is passed over is as long behind the change; else it is refused. */
function readingsOf(local: DateTime, span: Spanning, isMoved = false): Readings {
  const { zone } = span;
  if (!isMoved && !isOnClock(local, zone)) throw passedOver(local, span);
  const all = inZone(local, zone).getPossibleOffsets().map(microsOf);
  const micros = microsOf(inZone(local, zone));
  return [all.at(0) ?? micros, all.at(-1) ?? micros];
}

function inZone(local: DateTime, zone: string): DateTime {
  return local.setZone(zone, { keepLocalTime: true });
}

/** Whether the clocks show it at all: they pass over an hour when they go forward. */
function isOnClock(local: DateTime, zone: string): boolean {
  const time = inZone(local, zone);
  return time.setZone("UTC", { keepLocalTime: true }).toMillis() === local.toMillis();
}

function passedOver(local: DateTime, { zone, text }: Spanning): AuditError {
  const after = inZone(local, zone);
  const where = zone === "local" ? "the local time zone" : zone;
  return new AuditError(
    "invalid_option",
    `${text} is no time in ${where}: the clocks go forward and pass over it; give one before or after it, or an offset, as in ${after.toFormat("yyyy-MM-dd'T'HH:mmZZ")}`,
  );
}

function instant(time: DateTime): TimeSpan {
  const micros = microsOf(time);
  return textsOf([micros, micros], [micros + 1n, micros + 1n]);
}

function microsOf(time: DateTime): bigint {
  return BigInt(time.toMillis()) * MICROS;
}

function textsOf([from, lastFrom]: Readings, [firstUntil, until]: Readings): TimeSpan {
  return {
    from: toIsoMicros(from),
    until: toIsoMicros(until),
    ...(lastFrom === from ? {} : { lastFrom: toIsoMicros(lastFrom) }),
    ...(firstUntil === until ? {} : { firstUntil: toIsoMicros(firstUntil) }),
  };
}
