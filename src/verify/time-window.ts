/** A piece of time, milliseconds since the epoch, both ends included. */
export interface TimeWindow {
  readonly since: number;
  readonly until: number;
}

/** No limits. */
export const ALL_TIME: TimeWindow = { since: -Infinity, until: Infinity };

/** Whether a time is in it; what is no time is never left out. */
export function isInside({ since, until }: TimeWindow, time: number): boolean {
  return Number.isNaN(time) || (time >= since && time <= until);
}

/** Whether anything between two times is in it, whichever is the earlier. Default of the first: no limit. */
export function overlaps(
  { since, until }: TimeWindow,
  from: number | undefined,
  to: number,
): boolean {
  const start = from ?? -Infinity;
  if (Number.isNaN(start) || Number.isNaN(to)) return true;
  return Math.max(start, to) >= since && Math.min(start, to) <= until;
}
