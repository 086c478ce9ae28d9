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

/** Asked once of the whole text: what it lets through can be cut at commas and colons. */
const ENTRIES =
  /^[A-Za-z0-9_]+(?::[A-Za-z0-9_-]{43}(?::[A-Za-z0-9_-]{22})?)?(?:,[A-Za-z0-9_]+(?::[A-Za-z0-9_-]{43}(?::[A-Za-z0-9_-]{22})?)?)*$/;
const COMMITMENT_CHARACTERS = 43;

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
  for (const entry of text.split(",")) {
    const seal = decodeEntry(entry);
    if (seal.key <= before) isSorted = false;
    before = seal.key;
    seals.push(seal);
  }
  if (isSorted) return seals;
  const sorted = seals.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const isTwice = sorted.some(({ key }, at) => key === sorted[at + 1]?.key);
  return isTwice ? undefined : sorted;
}

function decodeEntry(entry: string): FieldSeal {
  const colon = entry.indexOf(":");
  if (colon < 0) return { key: entry };
  const key = entry.slice(0, colon);
  const end = colon + 1 + COMMITMENT_CHARACTERS;
  const commitment = entry.slice(colon + 1, end);
  return end === entry.length
    ? { key, commitment }
    : { key, commitment, salt: entry.slice(end + 1) };
}
