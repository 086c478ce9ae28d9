import { DateTime } from "luxon";

/** A time of a record for people of a zone, to the second, with its offset. */
export function timeText(timestamp: string, zone: string): string {
  const time = DateTime.fromISO(timestamp, { zone });
  return time.isValid ? time.toFormat("yyyy-MM-dd HH:mm:ss ZZ") : timestamp;
}

/** The same to the minute. */
export function minuteText(timestamp: string, zone: string): string {
  const time = DateTime.fromISO(timestamp, { zone });
  return time.isValid ? time.toFormat("yyyy-MM-dd HH:mm ZZ") : timestamp;
}

/** The day of a time, as in `Sunday, 2026-11-22`. */
export function dayText(timestamp: string, zone: string): string {
  const time = DateTime.fromISO(timestamp, { zone, locale: "en" });
  return time.isValid ? time.toFormat("cccc, yyyy-MM-dd") : timestamp;
}
