/**
 * Cuts texts that are far beyond what a record can hold, before anything reads them: searching ten
 * megabytes for secrets would hold up the service, and four kilobytes of them would stay.
 */

/** UTF-16 units of one text that are looked at: sixteen times what stays of it. */
export const MAX_TEXT_UNITS = 65_536;
/** The same for all texts of one value together: four times what a record may hold. */
export const MAX_ALL_TEXT_UNITS = 262_144;
/** What every text may still have when the others took all that: names and ids stay whole. */
export const MIN_TEXT_UNITS = 128;
/** Longer names of fields are cut. */
export const MAX_KEY_UNITS = 8192;
/** Room for the marker: what was cut once is short enough. */
const MARKER_UNITS = 64;
/** How far a cut moves back to the end of a word: half a secret is not recognised as one. */
const MAX_WORD_UNITS = 8192;

/** Anything that stands in no token, password hash or address. */
const WORD_END = /[^A-Za-z0-9_\-+/=.~%:@$]/;

/** The start of a number in groups, as those of cards and bank accounts: half of one is not recognised either. */
const GROUPS =
  /(?:\b[A-Za-z]{2}[0-9]{2}(?:[ -][A-Za-z0-9]{1,4})*|\b[0-9]{3,6}(?:[ -][0-9]{1,6})*)[ -]?$/;
/** No such number is longer. */
const MAX_GROUPS_UNITS = 48;

/** The first part of a text, behind a marker that says how much there was; a short text as it is. */
export function cutLongText(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const border = beforeGroups(text, endOfWord(text, maxUnits - MARKER_UNITS));
  // Not between the two halves of a character.
  const end = /[\ud800-\udbff]/.test(text[border - 1] ?? "") ? border - 1 : border;
  // In front, because the size limit of records keeps the start of a text.
  return `[cut: the first ${end} of ${text.length} characters]${text.slice(0, end)}`;
}

function beforeGroups(text: string, end: number): number {
  const groups = GROUPS.exec(text.slice(Math.max(0, end - MAX_GROUPS_UNITS), end));
  return end - (groups?.[0].length ?? 0);
}

/**
 * Where the last whole word within `maxUnits` ends. One word that is longer than all of it is left out
 * where the cut would be seen in the record, and cut as it comes far behind that.
 */
function endOfWord(text: string, maxUnits: number): number {
  const lowest = Math.max(0, maxUnits - MAX_WORD_UNITS);
  for (let at = maxUnits; at > lowest; at--) {
    if (WORD_END.test(text[at] ?? "")) return at;
  }
  return lowest === 0 ? 0 : maxUnits;
}
