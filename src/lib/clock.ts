/** Where the time comes from. Injected, so that a test can hold it still. */
export interface Clock {
  /** Wall clock, microseconds since the Unix epoch, UTC. Follows the system clock, also backward: order is the sequence number's work. */
  nowMicros(): bigint;
  /** Monotonic milliseconds with fractions, for durations only. */
  monotonicMillis(): number;
}

/** The system clock: wall time at millisecond precision refined by the monotonic clock to microseconds. */
export function createSystemClock(): Clock {
  let anchorWall = 0;
  let anchorMonotonic = 0;
  return {
    nowMicros() {
      const wall = Date.now();
      const monotonic = performance.now();
      // Re-anchor when the refined time drifts from the wall clock: the clock was set, or NTP slewed it.
      if (Math.abs(anchorWall + (monotonic - anchorMonotonic) - wall) > 2) {
        anchorWall = wall;
        anchorMonotonic = monotonic;
      }
      return BigInt(Math.round((anchorWall + (monotonic - anchorMonotonic)) * 1000));
    },
    monotonicMillis: () => performance.now(),
  };
}

const MICROS_PER_SECOND = 1_000_000;
/** The last second that was written, and its text: records come many to the second. */
let lastSecond = Number.NaN;
let lastText = "";

/** ISO 8601 UTC with six digits, as in `2026-05-27T14:30:00.123456Z`. */
export function toIsoMicros(micros: bigint): string {
  // Exact until the year 2255.
  const all = Number(micros);
  const second = Math.floor(all / MICROS_PER_SECOND);
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toISOString().slice(0, -"000Z".length);
    lastSecond = second;
  }
  return `${lastText}${String(all - second * MICROS_PER_SECOND).padStart(6, "0")}Z`;
}

/** Whole milliseconds since the epoch of a time that {@link toIsoMicros} wrote, or undefined for other text. */
export function millisOfIso(text: string): number | undefined {
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : millis;
}
