/**
 * The attribute that says which fields of a record may be redacted, and what they were.
 *
 * A text, so that a Collector can take the salt of one field out with a pattern:
 * `actor_key:commitment:salt,other_key:commitment,body_key`.
 */

/** What a record says about one of its sealed fields. */
export type FieldSeal = CommittedField | OpenField;

/** A field that is in the leaf as a commitment. */
export interface CommittedField {
  readonly key: string;
  /** base64url of a SHA-256, 43 characters. */
  readonly commitment: string;
  /** 22 characters of base64url; absent once it was taken away with the value. */
  readonly salt?: string;
}

/** A body leaf that is in the leaf as it is: named because some stores put the body among the attributes. */
export interface OpenField {
  readonly key: string;
}

/** Characters of a salt: 132 bits. */
export const SALT_CHARACTERS = 22;

const COMMITMENT_CHARACTERS = 43;
const BASE64URL = "[A-Za-z0-9_-]";
/** Each character of its own: to count repetitions takes three times as long. */
const COMMITMENT = BASE64URL.repeat(COMMITMENT_CHARACTERS);
const SALT = BASE64URL.repeat(SALT_CHARACTERS);
const ENTRY = `[A-Za-z0-9_]+(?::${COMMITMENT}(?::${SALT})?)?`;
/** Asked once of the whole text: what it lets through can be cut at commas and colons. */
const ENTRIES = new RegExp(`^${ENTRY}(?:,${ENTRY})*$`);

/** Whether the leaf holds a commitment instead of the value. */
export function isCommitted(seal: FieldSeal): seal is CommittedField {
  return "commitment" in seal;
}

/** The text of the attribute; "" where there is nothing to say. */
export function encodeFieldSeals(seals: readonly FieldSeal[]): string {
  let text = "";
  for (const seal of seals) {
    if (text !== "") text += ",";
    text += seal.key;
    if (!isCommitted(seal)) continue;
    text += `:${seal.commitment}`;
    if (seal.salt !== undefined) text += `:${seal.salt}`;
  }
  return text;
}

/** What the attribute says, sorted by key; undefined where it is none, or names a key twice. */
export function decodeFieldSeals(text: string): readonly FieldSeal[] | undefined {
  if (text === "") return [];
  if (!ENTRIES.test(text)) return undefined;
  const seals: FieldSeal[] = [];
  let isSorted = true;
  let before = "";
  let colon = nextOf(":", text, 0);
  for (let start = 0; start < text.length;) {
    const end = nextOf(",", text, start);
    // Looked for again only behind the last one: there may be many entries without.
    if (colon < start) colon = nextOf(":", text, start);
    const seal = decodeEntry(text, { start, colon, end });
    if (seal.key <= before) isSorted = false;
    before = seal.key;
    seals.push(seal);
    start = end + 1;
  }
  if (isSorted) return seals;
  const sorted = seals.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const isTwice = sorted.some(({ key }, at) => key === sorted[at + 1]?.key);
  return isTwice ? undefined : sorted;
}

/** Where it stands first from some place on; the end of the text where it does not. */
function nextOf(character: string, text: string, from: number): number {
  const at = text.indexOf(character, from);
  return at < 0 ? text.length : at;
}

/** Where an entry stands in the text. */
interface EntryPlace {
  readonly start: number;
  /** The first one behind the start, if any. */
  readonly colon: number;
  /** The place behind it. */
  readonly end: number;
}

function decodeEntry(text: string, { start, colon, end }: EntryPlace): FieldSeal {
  if (colon >= end) return { key: text.slice(start, end) };
  const key = text.slice(start, colon);
  const stop = colon + 1 + COMMITMENT_CHARACTERS;
  const commitment = text.slice(colon + 1, stop);
  return stop === end ? { key, commitment } : { key, commitment, salt: text.slice(stop + 1, end) };
}
