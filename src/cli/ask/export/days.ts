import { DateTime } from "luxon";

/** Of records whose time is none. */
export const UNDATED = "undated";

const DAY = /^\d{4}-\d\d-\d\d$/;
const MINUTE_CHARS = "2026-11-21T10:00".length;
/** Records come nearly in order: a few minutes are asked for again and again. */
const MAX_REMEMBERED = 4096;

/** Tells the day of a timestamp in a time zone, as in `2026-11-21`; {@link UNDATED} where it is no time. */
export function dayTeller(zone: string): (timestamp: string) => string {
  const days = new Map<string, string>();
  return (timestamp) => {
    // The offset of every zone is a whole number of minutes, since long before there were computers.
    const minute = timestamp.slice(0, MINUTE_CHARS);
    const known = days.get(minute);
    if (known !== undefined) return known;
    const time = DateTime.fromISO(timestamp, { zone });
    const day = time.isValid ? time.toFormat("yyyy-MM-dd") : UNDATED;
    if (days.size >= MAX_REMEMBERED) days.clear();
    // It becomes the name of a file: nothing of a record may lead anywhere else.
    const safe = DAY.test(day) ? day : UNDATED;
    if (timestamp.endsWith("Z")) days.set(minute, safe);
    return safe;
  };
}
