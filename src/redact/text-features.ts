/** What one pass over a text can tell of it: most texts need nothing more. */
import type { Feature } from "./detectors.ts";

/** No credential with a mark of its own is shorter. */
const LONG_RUN = 13;
/** No personal number has fewer digits. */
const MANY_DIGITS = 8;

/** What a character, or a text, has: bits, because every text of every record is asked. */
const RUN = 1;
const DIGIT = 2;
/** What may stand between a name and a value. */
export const SEPARATOR = 4;
/** A blank or a tabulator. */
export const SPACE = 8;
/** An `@`. */
export const AT = 16;
const COLON = 32;
/** A run of characters that is long enough for a credential. */
export const LONG = 64;
/** Digits enough for a personal number. */
export const DIGITS = 128;
/** A quote, or the `&` that HTML writes one with. */
export const QUOTE = 512;
/** The bit of each feature that a detector may need. */
export const FEATURE_BITS: Readonly<Record<Feature, number>> = {
  longRun: LONG,
  digits: DIGITS,
  space: SPACE,
  at: AT,
  colon: COLON,
  quote: QUOTE,
};

/** Every text has it. */
export const ALWAYS = 256;

const bitsOfCode = new Uint16Array(128);
for (let code = 0; code < bitsOfCode.length; code++) {
  const character = String.fromCharCode(code);
  bitsOfCode[code] =
    (/[A-Za-z0-9_\-+/]/.test(character) ? RUN : 0) |
    (/[0-9]/.test(character) ? DIGIT : 0) |
    (/[=:>,%]/.test(character) ? SEPARATOR : 0) |
    (character === " " || character === "\t" ? SPACE : 0) |
    (character === "@" ? AT : 0) |
    (character === ":" ? COLON : 0) |
    (/["'&]/.test(character) ? QUOTE : 0);
}

/** The features of a text, as bits. */
export function bitsOf(text: string): number {
  let bits = ALWAYS;
  let run = 0;
  let longest = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (bitsOfCode[code] ?? 0) : 0;
    bits |= kind;
    if ((kind & RUN) === 0) run = 0;
    else if (++run > longest) longest = run;
    digits += (kind & DIGIT) >> 1;
  }
  return bits | (longest >= LONG_RUN ? LONG : 0) | (digits >= MANY_DIGITS ? DIGITS : 0);
}
