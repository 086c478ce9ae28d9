import { AuditError } from "../lib/errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A time as people give it: ISO 8601, local where it names no zone, or `-3h` before now.
 *
 * @returns milliseconds since the epoch.
 * @throws {AuditError} `invalid_option` naming the option and what it may be.
 */
export function parseTime(text: string, option: string, now: number = Date.now()): number {
  const [, amount, unit = ""] = /^-(\d+)([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new AuditError(
    "invalid_option",
    `${option} must be a time as in 2026-11-21, 2026-11-21T14:30:00Z or -3h (s, m, h, d, w); it is ${JSON.stringify(text)}`,
  );
}
