/** Numbers and texts as plain JSON can say them without loss. */

/** From here on JavaScript itself writes an exponent. */
const EXPONENT_FROM = 1e21;
const DIGITS = /^-?\d+$/;

/** A number that JSON says exactly, else its text. */
export function plainNumber(value: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    // String(2 ** 60) ends in 000: BigInt gives every digit.
    return Math.abs(value) < EXPONENT_FROM ? BigInt(value).toString() : String(value);
  }
  return value === 0 ? 0 : value;
}

/** Whether a text is a whole number. */
export function isDigits(text: string): boolean {
  return DIGITS.test(text);
}

/** A 64-bit integer of the `long` package, which protobuf libraries give: a number where it is exact. */
export function plainLong(digits: string): number | string {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}

/** A text without lone surrogates, which UTF-8 cannot say. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
