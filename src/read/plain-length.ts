/** Equal to no length. */
const UNKNOWN = Number.NaN;
/** Below it, and for every whole thousand, an exponent makes a number shorter: `1e-3`, `2e3`. */
const SMALLEST = 0.01;
const THOUSAND = 1000;

/**
 * How long the shortest JSON text of a parsed value is, in UTF-16 units; NaN where that is not known, or
 * the value is deeper than `levels`.
 *
 * A text of just this length says nothing twice: a name that stands twice, a number with digits that are
 * lost, an escape and a space make it longer. It is a third of the cost of scanning the text.
 */
export function plainLengthOf(value: unknown, levels: number): number {
  switch (typeof value) {
    case "string":
      return value.length + 2;
    case "number":
      return lengthOfNumber(value);
    case "boolean":
      return value ? 4 : 5;
    default:
      if (value === null) return 4;
      if (levels === 0) return UNKNOWN;
      return Array.isArray(value)
        ? lengthOfList(value, levels)
        : lengthOfMap(Object(value), levels);
  }
}

function lengthOfNumber(value: number): number {
  const isShortest =
    value === 0 ||
    (Math.abs(value) >= SMALLEST &&
      value % THOUSAND !== 0 &&
      Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  return isShortest ? String(value).length : UNKNOWN;
}

function lengthOfList(list: readonly unknown[], levels: number): number {
  // Brackets, and a comma between two.
  let length = Math.max(2, list.length + 1);
  for (const item of list) length += plainLengthOf(item, levels - 1);
  return length;
}

function lengthOfMap(map: Readonly<Record<string, unknown>>, levels: number): number {
  let length = 1;
  for (const name in map) {
    // Quotes, a colon, and what stands before it: a brace or a comma.
    length += name.length + 4;
    length += plainLengthOf(map[name], levels - 1);
  }
  return Math.max(2, length);
}
