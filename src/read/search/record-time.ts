/** Times of records as they stand in files that others wrote: only texts of one zone and length can be compared. */

/** As otel-audit writes it, days that not every month has apart. */
const OWN =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;
/** As RFC 3339 has it; seconds may be left out. */
const OTHER =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-]\d\d):?(\d\d))$/;
const DIGITS = 6;

/** Whether a text is a time that otel-audit writes: ISO 8601 UTC with six digits. */
export function isOwnTime(text: string): boolean {
  return OWN.test(text) || (text.length === LENGTH && utcTime(text) === text);
}

const LENGTH = "2026-11-21T09:00:05.123456Z".length;

/** The same time as otel-audit writes it, cut to microseconds; undefined: it is none, or says no offset from UTC. */
export function utcTime(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  if (OWN.test(text)) return text;
  const [, date = "", minutes = "", seconds = "00", fraction = "", hours, rest] =
    OTHER.exec(text) ?? [];
  if (date === "" || !isDate(date)) return undefined;
  const offset = hours === undefined ? "Z" : `${hours}:${rest}`;
  const millis = Date.parse(`${date}T${minutes}:${seconds}${offset}`);
  if (Number.isNaN(millis)) return undefined;
  const digits = fraction.slice(0, DIGITS).padEnd(DIGITS, "0");
  const utc = new Date(millis).toISOString().replace(/\.\d{3}Z$/, `.${digits}Z`);
  // Before the year 0 and after 9999 it is longer.
  return utc.length === LENGTH ? utc : undefined;
}

/** Date.parse takes the 30th of February, too. */
function isDate(date: string): boolean {
  const millis = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(date);
}
