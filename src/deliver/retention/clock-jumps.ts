import type { Clock } from "../../lib/clock.ts";
import { counted } from "../../lib/counted.ts";

/** Whether the wall clock can be trusted with what is deleted for its age. */
export interface ClockJumps {
  /** Why it cannot be; undefined: it goes as fast as the monotonic one. Compares the two since the last call. */
  readonly problem: () => string | undefined;
}

const DAY_MILLIS = 24 * 60 * 60 * 1000;

/**
 * Notices when the wall clock was set by more than a day. For a day after that it is not trusted:
 * time for somebody to set it right.
 */
export function createClockJumps(clock: Clock): ClockJumps {
  const read = (): { readonly wall: number; readonly monotonic: number } => ({
    wall: Number(clock.nowMicros() / 1000n),
    monotonic: clock.monotonicMillis(),
  });
  let last = read();
  let jump: { readonly days: number; readonly endsAt: number } | undefined;
  return {
    problem() {
      const now = read();
      const millis = now.wall - last.wall - (now.monotonic - last.monotonic);
      last = now;
      if (Math.abs(millis) > DAY_MILLIS) {
        jump = { days: Math.round(millis / DAY_MILLIS), endsAt: now.monotonic + DAY_MILLIS };
      }
      if (jump === undefined || now.monotonic >= jump.endsAt) return undefined;
      const days = Math.abs(jump.days);
      const where = jump.days > 0 ? "forward" : "back";
      return `the wall clock went ${where} by ${counted(days, "day")} at once, or the machine slept; it is trusted again after a day without a jump`;
    },
  };
}
