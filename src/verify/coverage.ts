import { firstWhere } from "../lib/first-where.ts";
import { HASH_BYTES } from "../seal/portable.ts";
import type { SoundCheckpoint } from "./check-checkpoint.ts";

/** What one checkpoint covers. */
export interface Claim {
  /** SHA-256 of its note, base64. */
  readonly note: string;
  /** Leaves before the first that it carries. */
  readonly from: number;
  /** Leaves before the first that it does not carry again: those behind are counted by it. */
  readonly begin: number;
  /** Leaves up to the last. */
  readonly size: number;
  /** Signed by the process that wrote them. */
  readonly isOwn: boolean;
  /** How many of those that it counts are results. */
  readonly results: number;
  /** Of the checkpoint, milliseconds since the epoch. */
  readonly time: number;
}

/** Consecutive leaves that one checkpoint carries, and none before it carried. */
export interface CoveredRange extends Pick<Claim, "from" | "size" | "isOwn"> {
  /** Undefined: forgotten, because all of them were compared. */
  leaves: Uint8Array | undefined;
  /** Size of the tree that its checkpoint signs. */
  readonly end: number;
  /** Compared and equal, copies counted once. */
  seen: number;
}

/** A place in a stream that something covers. */
export type CoveredPart = Pick<Claim, "from" | "size" | "time">;

/** What is signed in a stream, by place. */
export interface Coverage {
  /** False: what it says of leaves that are known already is something else. */
  readonly agrees: (claim: Claim, leaves: Uint8Array) => boolean;
  /**
   * Whether it carries leaves that are forgotten, and has no tree of the size that their checkpoint signs:
   * where it has one, with the same root, they are the same.
   */
  readonly hasForgotten: (claim: Claim) => boolean;
  /** Takes one that agrees: of its leaves those that none of its kind has carried. */
  readonly add: (claim: Claim, leaves: Uint8Array) => void;
  /** The range that holds a record; that of the process itself before that of an adopter. */
  readonly of: (sequence: number) => CoveredRange | undefined;
  /** All that is covered, ascending and each place once, with the checkpoint that counts it where there is one. */
  readonly parts: () => readonly CoveredPart[];
  /** Each checkpoint once, ascending. */
  readonly claims: () => readonly Claim[];
}

type Extent = Pick<Claim, "from" | "size">;

/** What a checkpoint covers. */
export function claimOf({ checkpoint, noteHash, from, begin }: SoundCheckpoint): Claim {
  const { size, results, state, time } = checkpoint;
  const isOwn = state !== "adopted";
  return { note: noteHash, from, begin, size, isOwn, results, time: Date.parse(time) };
}

/** Nothing is covered. */
export function createCoverage(): Coverage {
  return new CoveredRanges();
}

/** A class: there is one for each stream that was signed, and there may be very many. */
class CoveredRanges implements Coverage {
  /** Neither overlaps another of its list; ascending. */
  readonly #own: CoveredRange[] = [];
  readonly #adopted: CoveredRange[] = [];
  readonly #claims = new Map<string, Claim>();

  agrees(claim: Claim, leaves: Uint8Array): boolean {
    return agrees({ ...claim, leaves }, this.#own) && agrees({ ...claim, leaves }, this.#adopted);
  }

  hasForgotten(claim: Claim): boolean {
    if (this.#claims.has(claim.note)) return false;
    return overlapping(this.#own, claim).some(
      ({ leaves, end }) => leaves === undefined && end !== claim.begin && end !== claim.size,
    );
  }

  add(claim: Claim, leaves: Uint8Array): void {
    if (this.#claims.has(claim.note)) return;
    this.#claims.set(claim.note, claim);
    const { isOwn, size: end } = claim;
    const list = isOwn ? this.#own : this.#adopted;
    for (const { from, size } of uncovered(claim, list)) {
      // A copy: else those that it carries again would be kept too.
      const carried = leaves.slice(
        (from - claim.from) * HASH_BYTES,
        (size - claim.from) * HASH_BYTES,
      );
      list.splice(countBefore(list, from), 0, { from, size, isOwn, leaves: carried, end, seen: 0 });
    }
  }

  of(sequence: number): CoveredRange | undefined {
    return find(this.#own, sequence) ?? find(this.#adopted, sequence);
  }

  parts(): readonly CoveredPart[] {
    return partsOf([...this.#claims.values()]);
  }

  claims(): readonly Claim[] {
    return [...this.#claims.values()].toSorted((left, right) => left.begin - right.begin);
  }
}

/** What the process itself counts comes before what an adopter does, and that before what is only carried. */
function partsOf(claims: readonly Claim[]): readonly CoveredPart[] {
  const parts: CoveredPart[] = [];
  const add = ({ from, size }: Extent, { time }: Claim): void => {
    for (const extent of uncovered({ from, size }, parts))
      parts.splice(countBefore(parts, extent.from), 0, { ...extent, time });
  };
  const own = claims.filter(({ isOwn }) => isOwn);
  const adopted = claims.filter(({ isOwn }) => !isOwn);
  for (const claim of [...own, ...adopted]) add({ from: claim.begin, size: claim.size }, claim);
  for (const claim of claims) add({ from: claim.from, size: claim.begin }, claim);
  return parts;
}

function find(list: readonly CoveredRange[], sequence: number): CoveredRange | undefined {
  const range = list[countBefore(list, sequence) - 1];
  return range !== undefined && range.from < sequence && sequence <= range.size ? range : undefined;
}

/** How many of an ascending list begin before that leaf, itself not counted. */
export function countBefore(list: readonly Pick<Extent, "from">[], leaf: number): number {
  return firstWhere(list, ({ from }) => from >= leaf);
}

function overlapping<Range extends Extent>(
  list: readonly Range[],
  { from, size }: Extent,
): readonly Range[] {
  const found: Range[] = [];
  for (let at = Math.max(0, countBefore(list, from) - 1); at < list.length; at++) {
    const range = list[at];
    if (range === undefined || range.from >= size) break;
    if (range.size > from) found.push(range);
  }
  return found;
}

/** The places of an extent that none of the list has. */
function uncovered(extent: Extent, list: readonly Extent[]): readonly Extent[] {
  const left: Extent[] = [];
  let { from } = extent;
  for (const other of overlapping(list, extent)) {
    if (other.from > from) left.push({ from, size: other.from });
    from = Math.max(from, other.size);
  }
  if (from < extent.size) left.push({ from, size: extent.size });
  return left;
}

/** Whether leaves that both have are the same, as far as they were not forgotten. */
function agrees(
  range: Extent & { readonly leaves: Uint8Array },
  list: readonly CoveredRange[],
): boolean {
  for (const other of overlapping(list, range)) {
    const first = Math.max(range.from, other.from);
    const end = Math.min(range.size, other.size);
    if (other.leaves === undefined) continue;
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
