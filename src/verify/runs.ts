import { counted } from "../lib/counted.ts";

/** First and last number of consecutive whole numbers. */
export type Run = readonly [first: number, last: number];

/** How many numbers. */
export function countOf(runs: readonly Run[]): number {
  return runs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The runs of some numbers, in any order. */
export function runsOf(numbers: readonly number[]): readonly Run[] {
  return joinRuns(numbers.map((number) => [number, number]));
}

/** The same numbers in as few runs as there can be, ascending. */
export function joinRuns(runs: readonly Run[]): readonly Run[] {
  const joined: [number, number][] = [];
  for (const [first, last] of runs.toSorted(([left], [right]) => left - right)) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

/** What is in `runs` and not in `others`; both as {@link joinRuns} gives them. */
export function withoutRuns(runs: readonly Run[], others: readonly Run[]): readonly Run[] {
  const left: Run[] = [];
  let at = 0;
  for (const [first, last] of runs) {
    let from = first;
    while (at < others.length && (others[at]?.[1] ?? 0) < from) at++;
    for (let next = at; from <= last; next++) {
      const other = others[next];
      if (other === undefined || other[0] > last) {
        left.push([from, last]);
        break;
      }
      if (other[0] > from) left.push([from, other[0] - 1]);
      from = other[1] + 1;
    }
  }
  return left;
}

/** The same for people, as in `3, 7-9 and 12 more runs`. */
export function sayRuns(runs: readonly Run[], most = 5): string {
  const said = runs
    .slice(0, most)
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
  const rest = runs.length - said.length;
  return `${said.join(", ")}${rest > 0 ? ` and ${counted(rest, "more run")}` : ""}`;
}
