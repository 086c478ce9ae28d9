import { HASH_BYTES } from "../seal/portable.ts";

/** Consecutive leaves that one checkpoint carries. */
export interface CoveredRange {
  /** Leaves before the first. */
  readonly from: number;
  /** Leaves up to the last. */
  readonly size: number;
  /** Signed by the process that wrote them. */
  readonly isOwn: boolean;
  /** How many of them are results. */
  readonly results: number;
  /** Of the checkpoint, milliseconds since the epoch. */
  readonly time: number;
  /** Undefined: forgotten, because all of them were compared. */
  leaves: Uint8Array | undefined;
  /** Compared and equal, copies counted once. */
  seen: number;
  seenResults: number;
}

/** What is signed in a stream, by place. */
export interface Coverage {
  /** False: what it says of leaves that are known already is something else. */
  readonly add: (range: Omit<CoveredRange, "seen" | "seenResults">) => boolean;
  /** The range that holds a record; that of the process itself before that of an adopter. */
  readonly of: (sequence: number) => CoveredRange | undefined;
  /** In ascending order; those of adopters only where the process itself signed nothing. */
  readonly ranges: () => readonly CoveredRange[];
}

/** Nothing is covered. */
export function createCoverage(): Coverage {
  /** Neither overlaps another of its list; ascending. */
  const own: CoveredRange[] = [];
  const adopted: CoveredRange[] = [];

  return {
    add(given) {
      const list = given.isOwn ? own : adopted;
      const range = { ...given, seen: 0, seenResults: 0 };
      if (!agrees(range, own) || !agrees(range, adopted)) return false;
      if (overlapping(list, range).length === 0) list.splice(placeOf(list, range.from), 0, range);
      return true;
    },
    of: (sequence) => find(own, sequence) ?? find(adopted, sequence),
    ranges() {
      const others = adopted.filter((range) => overlapping(own, range).length === 0);
      return [...own, ...others].toSorted((left, right) => left.from - right.from);
    },
  };
}

function find(list: readonly CoveredRange[], sequence: number): CoveredRange | undefined {
  const range = list[placeOf(list, sequence) - 1];
  return range !== undefined && range.from < sequence && sequence <= range.size ? range : undefined;
}

/** How many ranges begin before that leaf, itself not counted. Mostly all: looked for from the end. */
function placeOf(list: readonly CoveredRange[], leaf: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((list[middle]?.from ?? 0) < leaf) low = middle + 1;
    else high = middle;
  }
  return low;
}

function overlapping(
  list: readonly CoveredRange[],
  { from, size }: Pick<CoveredRange, "from" | "size">,
): readonly CoveredRange[] {
  const found: CoveredRange[] = [];
  for (let at = Math.max(0, placeOf(list, from) - 1); at < list.length; at++) {
    const range = list[at];
    if (range === undefined || range.from >= size) break;
    if (range.size > from) found.push(range);
  }
  return found;
}

/** Whether leaves that both have are the same. What was forgotten cannot be compared any more. */
function agrees(range: CoveredRange, list: readonly CoveredRange[]): boolean {
  for (const other of overlapping(list, range)) {
    const first = Math.max(range.from, other.from);
    const end = Math.min(range.size, other.size);
    if (range.leaves === undefined || other.leaves === undefined) continue;
    const left = range.leaves.subarray(
      (first - range.from) * HASH_BYTES,
      (end - range.from) * HASH_BYTES,
    );
    const right = other.leaves.subarray(
      (first - other.from) * HASH_BYTES,
      (end - other.from) * HASH_BYTES,
    );
    if (left.some((byte, at) => byte !== right[at])) return false;
  }
  return true;
}
