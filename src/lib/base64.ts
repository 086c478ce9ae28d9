/** Base64 (RFC 4648) without `Buffer`: what is verified in a browser needs it too. */

/** Standard alphabet with padding (section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes of {@link toBase64}; undefined for every other text, also for another text of the same bytes. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0 || !STANDARD.test(text)) return undefined;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  // The last character may have bits that no byte has.
  return text.endsWith("=") && toBase64(bytes) !== text ? undefined : bytes;
}

/** URL-safe alphabet without padding (section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes of {@link toBase64Url}; undefined for every other text, also for another text of the same bytes. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  // One character alone is less than a byte.
  if (text.length % 4 === 1) return undefined;
  // Without the regular expressions and texts of the other alphabet: each leaf of a checkpoint comes here.
  const bytes = new Uint8Array(Math.floor((text.length * BITS) / 8));
  let held = 0;
  let bits = 0;
  let place = 0;
  for (let at = 0; at < text.length; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NO_VALUE;
    if (value === NO_VALUE) return undefined;
    held = (held << BITS) | value;
    bits += BITS;
    if (bits < 8) continue;
    bits -= 8;
    bytes[place++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  return held === 0 ? bytes : undefined;
}

const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/;

/** Of one character. */
const BITS = 6;
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NO_VALUE = 64;
/** What each character of the URL-safe alphabet stands for, by its code. */
const VALUES: Uint8Array = new Uint8Array(128).fill(NO_VALUE);
for (let value = 0; value < URL_SAFE.length; value++) VALUES[URL_SAFE.charCodeAt(value)] = value;
