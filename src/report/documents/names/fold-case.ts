/**
 * A text in which letters of either case are one, as long as it was: places in it are places in the text.
 * Letters that grow with their case, as `ß`, stay, and `İ` is an `i`.
 */
export function foldCase(text: string): string {
  // Most texts are of letters that every machine has.
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  let folded = "";
  for (const letter of text) {
    const upper = letter.toUpperCase();
    const lower = (upper.length === letter.length ? upper : letter).toLowerCase();
    folded += lower.length < letter.length ? letter : lower.slice(0, letter.length);
  }
  return folded;
}

const BEYOND_ASCII = /[\u0080-\uffff]/;
