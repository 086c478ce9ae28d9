/** What stands where somebody redacted a value after it was sealed. */
import { MASK } from "../redact/portable.ts";

/** The pseudonyms of the process and the hashes of the Collector's redaction: hex or base64url of 16 bytes or more. */
const HASH = /^(?:hmac:[A-Za-z0-9_-]+:)?(?:[0-9a-f]{32,128}|[A-Za-z0-9_-]{22,86}={0,2})$/i;

/** A list as sealed-fields gives it, of nothing but masks. */
const MASKED_LIST = /^\["\*{4}"(?:,"\*{4}")*\]$/;

/** Whether nothing is left of the value: the mask, alone or in the place of each part of a list. */
export function isMasked(value: string): boolean {
  return value === MASK || MASKED_LIST.test(value);
}

/** Whether the value may have been redacted in part, or hashed: not what was sealed, and nobody can tell what. */
export function looksRedacted(value: string): boolean {
  return value.includes(MASK) || HASH.test(value);
}
