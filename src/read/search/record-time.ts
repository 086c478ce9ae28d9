/** Times of records as they stand in files that others wrote: only texts of one zone and length can be compared. */

/** As otel-audit writes it, days that not every month has apart. */
const OWN =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;
/** As RFC 3339 has it; seconds may be left out. */
const OTHER =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-]\d\d):?(\d\d))$/;
const DIGITS = 6;

const LENGTH = "2026-11-21T09:00:05.123456Z".length;
const DAY_LENGTH = "2026-11-21T".length;
/** The last day that was one: records come many to the day. */
let knownDay = "";

/** Whether a text is a time that otel-audit writes: ISO 8601 UTC with six digits. */
export function isOwnTime(text: string): boolean {
  if (text.length !== LENGTH) return false;
  if (knownDay !== "" && text.startsWith(knownDay) && isTimeOfDay(text)) return true;
  const isOne = OWN.test(text) || utcTime(text) === text;
  if (isOne) knownDay = text.slice(0, DAY_LENGTH);
  return isOne;
}

/** `09:00:05.123456Z` behind the day, looked at without the cost of a pattern. */
function isTimeOfDay(text: string): boolean {
  const at = (index: number): number => text.charCodeAt(DAY_LENGTH + index);
  const isHour = at(0) < TWO ? isDigit(at(1)) : at(0) === TWO && isDigit(at(1)) && at(1) <= THREE;
  if (!isHour || at(2) !== COLON || at(5) !== COLON || at(8) !== DOT || at(15) !== Z) return false;
  if (at(0) < ZERO || at(3) > FIVE || at(6) > FIVE) return false;
  for (const index of DIGIT_PLACES) if (!isDigit(at(index))) return false;
  return true;
}

const [ZERO, TWO, THREE, FIVE, NINE, COLON, DOT, Z] = [
  0x30, 0x32, 0x33, 0x35, 0x39, 0x3a, 0x2e, 0x5a,
];
/** Minutes, seconds and their fractions. */
const DIGIT_PLACES = [3, 4, 6, 7, 9, 10, 11, 12, 13, 14];

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

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
