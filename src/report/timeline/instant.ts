import { millisOfIso, toIsoMicros } from "../../lib/clock.ts";

const MICROS_PER_MILLI = 1000n;

/** The microseconds since the epoch of an ISO time with six digits; undefined for other text. */
export function microsOf(timestamp: string): bigint | undefined {
  const millis = millisOfIso(timestamp);
  if (millis === undefined) return undefined;
  const rest = /\.\d{3}(\d{3})Z$/.exec(timestamp)?.[1] ?? "0";
  return BigInt(Math.floor(millis)) * MICROS_PER_MILLI + BigInt(rest);
}

/** So much later, or earlier, as ISO 8601 UTC with six digits; the text itself where it is no time. */
export function shifted(timestamp: string, millis: number): string {
  const micros = microsOf(timestamp);
  if (micros === undefined) return timestamp;
  const moved = micros + BigInt(Math.round(millis)) * MICROS_PER_MILLI;
  return moved < 0n ? timestamp : toIsoMicros(moved);
}

/** The next microsecond. */
export function instantAfter(timestamp: string): string {
  const micros = microsOf(timestamp);
  return micros === undefined ? timestamp : toIsoMicros(micros + 1n);
}
