import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** A century: nothing is left out by more. */
const MAX_MILLIS = 100 * 366 * 86_400_000;

/**
 * A length of time as in `30m`, in milliseconds.
 *
 * @throws {AuditError} `invalid_option` naming the option and what it may be.
 */
export function parseDuration(text: string, option: string): number {
  const [, amount, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)([smhdw])$/.exec(text) ?? [];
  const millis = amount === undefined ? Number.NaN : Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (millis > 0 && millis <= MAX_MILLIS) return millis;
  throw new AuditError(
    "invalid_option",
    `${option} must be a length of time as in 90s, 30m, 24h, 7d or 2w; it is ${shown(text)}`,
  );
}

/** A distance in time as a person reads it, with its sign: `-1h 2m`, `+0.25s`. */
export function offsetText(millis: number): string {
  const sign = millis < 0 ? "-" : "+";
  const all = Math.abs(millis);
  if (all < 60_000) return `${sign}${Number((all / 1000).toFixed(3))}s`;
  const minutes = Math.floor(all / 60_000);
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  if (minutes < 60) return `${sign}${minutes}m ${Math.floor((all % 60_000) / 1000)}s`;
  return hours < 24 ? `${sign}${hours}h ${minutes % 60}m` : `${sign}${days}d ${hours % 24}h`;
}
