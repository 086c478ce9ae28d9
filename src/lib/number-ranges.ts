import { firstWhere } from "./first-where.ts";

/** Whole numbers as ranges, first and last of each, ascending: what is mostly without gaps takes next to nothing. */
export interface NumberRanges {
  readonly add: (number: number) => void;
  readonly has: (number: number) => boolean;
  readonly list: () => readonly (readonly [first: number, last: number])[];
}

/** Those of a list that another gave, in any order. */
export function createNumberRanges(
  known: readonly (readonly [first: number, last: number])[] = [],
): NumberRanges {
  let ranges = known.map(([first, last]): [number, number] => [first, last]);
  ranges.sort((left, right) => left[0] - right[0]);
  ranges = joined(ranges);

  /** The place of the last range that begins at a number or before it; -1: there is none. */
  function placeOf(number: number): number {
    return firstWhere(ranges, ([first]) => first > number) - 1;
  }

  function has(number: number): boolean {
    const range = ranges[placeOf(number)];
    return range !== undefined && number <= range[1];
  }

  return {
    has,
    add(number) {
      if (has(number)) return;
      const at = placeOf(number);
      const [before, after] = [ranges[at], ranges[at + 1]];
      const isBehind = before !== undefined && before[1] === number - 1;
      const isAhead = after !== undefined && after[0] === number + 1;
      if (isBehind && isAhead) {
        before[1] = after[1];
        ranges.splice(at + 1, 1);
      } else if (isBehind) before[1] = number;
      else if (isAhead) after[0] = number;
      else ranges.splice(at + 1, 0, [number, number]);
    },
    list: () => ranges,
  };
}

/** Ascending ranges, with those that touch made one. */
function joined(ranges: readonly [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (last !== undefined && range[0] <= last[1] + 1) last[1] = Math.max(last[1], range[1]);
    else result.push(range);
  }
  return result;
}
