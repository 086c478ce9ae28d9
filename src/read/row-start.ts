const QUOTE = 0x22;
const [ZERO, NINE] = [0x30, 0x39];
/** The time of a row. */
const ROW_START = new TextEncoder().encode("0000-00-00T00:00:00");

/**
 * Whether a line looks like the start of a row of the CSV view: with a time, behind a quote or none; undefined: so far it
 * does.
 *
 * @param line where it begins.
 * @param isLast no more bytes come.
 */
export function isRowStart(bytes: Uint8Array, line: number, isLast: boolean): boolean | undefined {
  const first = bytes[line] === QUOTE ? line + 1 : line;
  for (const [at, wanted] of ROW_START.entries()) {
    const byte = bytes[first + at];
    if (byte === undefined) return isLast ? false : undefined;
    if (wanted === ZERO ? byte < ZERO || byte > NINE : byte !== wanted) return false;
  }
  return true;
}
