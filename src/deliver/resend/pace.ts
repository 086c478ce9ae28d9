import { setTimeout as delay } from "node:timers/promises";

/** Where time comes from, and what waits for it. Injected, so that a test need not wait. */
export interface ResendTime {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. Never rejects. */
  readonly wait: (millis: number, signal: AbortSignal) => Promise<void>;
}

/** The clock and the timers of Node. */
export const SYSTEM_TIME: ResendTime = {
  now: () => performance.now(),
  wait: async (millis, signal) => {
    await delay(millis, undefined, { signal }).catch(() => undefined);
  },
};

/** Keeps several senders together below a rate. */
export interface Pace {
  /** Resolves when so many records may go. */
  readonly take: (records: number, signal: AbortSignal) => Promise<void>;
}

/** @param perSecond records a second; undefined: as fast as it goes. */
export function createPace(perSecond: number | undefined, time: ResendTime): Pace {
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    async take(records, signal) {
      if (perSecond === undefined) return;
      const now = time.now();
      const at = Math.max(now, nextAt);
      // Booked before the waiting, so that whoever comes next waits behind it.
      nextAt = at + (records / perSecond) * 1000;
      if (at > now) await time.wait(at - now, signal);
    },
  };
}
