/** Below it, and for every whole thousand, an exponent makes a number shorter: `1e-3`, `2e3`. */
const SMALLEST = 0.01;
const THOUSAND = 1000;
/** From each of them on a number has so many zeros behind its point; an exponent saves all but one of them. */
const SMALL: readonly (readonly [from: number, zeros: number])[] = [
  [0.001, 2],
  [0.0001, 3],
  [0.00001, 4],
  [0.000001, 5],
];
/** The end of a whole number that an exponent makes shorter takes these at least: `e3`. */
const SHORTEST_EXPONENT = 2;
/** What a member of a map takes beside its name, at least: `"":1,`. */
const SHORTEST_MEMBER = 5;
/** A text that is read as another number than it says has 16 digits at least, and a point or an exponent. */
const SHORTEST_ROUNDED = 17;

/** What is found on the way through a value. */
interface Measured {
  /** Units by which its numbers could be written shorter, at most; NaN: nobody knows. */
  slack: number;
  /** Units of its longest number. */
  longest: number;
  /** Units of its shortest name. */
  shortestName: number;
}

/**
 * Whether a text says nothing that its parsed value does not show: no name twice, no digits that are
 * lost. Also false where that is not known, or the value is deeper than `levels`.
 *
 * It compares lengths: a name that stands twice, a number with digits that are lost, an escape and a
 * space make the text longer than the shortest text of the value. That is a sixth of the cost of
 * scanning the text. Where numbers could be written shorter than they are, by more than such a thing
 * takes, the value is written again and the texts are compared.
 */
export function isPlainText(text: string, value: unknown, levels: number): boolean {
  const measured: Measured = { slack: 0, longest: 0, shortestName: Infinity };
  if (lengthOf(value, levels, measured) !== text.length) return false;
  const { slack, longest, shortestName } = measured;
  // A name that stands twice is one of those that are there.
  const isNoneTwice = slack < SHORTEST_MEMBER + shortestName;
  if (isNoneTwice && longest + slack < SHORTEST_ROUNDED) return true;
  return JSON.stringify(value) === text;
}

/** In UTF-16 units, numbers as ECMAScript writes them; NaN where the value is too deep. */
function lengthOf(value: unknown, levels: number, measured: Measured): number {
  switch (typeof value) {
    case "string":
      return value.length + 2;
    case "number":
      return lengthOfNumber(value, measured);
    case "boolean":
      return value ? 4 : 5;
    default:
      if (value === null) return 4;
      if (levels === 0) return Number.NaN;
      return Array.isArray(value)
        ? lengthOfList(value, levels, measured)
        : lengthOfMap(Object(value), levels, measured);
  }
}

function lengthOfNumber(value: number, measured: Measured): number {
  const { length } = String(value);
  if (length > measured.longest) measured.longest = length;
  const size = Math.abs(value);
  const isShortest =
    value === 0 || (size >= SMALLEST && value % THOUSAND !== 0 && size <= Number.MAX_SAFE_INTEGER);
  if (!isShortest) measured.slack += slackOf(size);
  return length;
}

/** By how much another way to write a number may be shorter; NaN where nobody knows. */
function slackOf(size: number): number {
  if (size > Number.MAX_SAFE_INTEGER) return Number.NaN;
  if (size >= SMALLEST) return String(size).length - 1 - SHORTEST_EXPONENT;
  const [, zeros = Number.NaN] = SMALL.find(([from]) => size >= from) ?? [];
  return zeros - 1;
}

function lengthOfList(list: readonly unknown[], levels: number, measured: Measured): number {
  // Brackets, and a comma between two.
  let length = Math.max(2, list.length + 1);
  for (const item of list) length += lengthOf(item, levels - 1, measured);
  return length;
}

function lengthOfMap(
  map: Readonly<Record<string, unknown>>,
  levels: number,
  measured: Measured,
): number {
  let length = 1;
  for (const name in map) {
    if (name.length < measured.shortestName) measured.shortestName = name.length;
    // Quotes, a colon, and what stands before it: a brace or a comma.
    length += name.length + 4;
    length += lengthOf(map[name], levels - 1, measured);
  }
  return Math.max(2, length);
}
