import { HASH_BYTES } from "./tree.ts";

/**
 * Leaves of records that no checkpoint covers yet, in their order. A signer may be gone for days: one
 * takes 33 bytes, and taking some from the front costs the same however many wait.
 */
export interface LeafQueue {
  readonly length: () => number;
  readonly push: (leaf: Uint8Array, isResult: boolean) => void;
  /** The first so many, or fewer where there are fewer. */
  readonly first: (count: number) => FirstLeaves;
  /** Takes the first so many away. */
  readonly drop: (count: number) => void;
}

/** Leaves, and how many of them are of results. */
export interface FirstLeaves {
  /** 32 bytes each. */
  readonly leaves: readonly Uint8Array[];
  readonly results: number;
}

/** A leaf, and before it whether it is of a result. */
const ENTRY_BYTES = 1 + HASH_BYTES;
const BLOCK_ENTRIES = 256;

/** Without leaves. */
export function createLeafQueue(): LeafQueue {
  const blocks: Uint8Array[] = [];
  /** Entries of the first block that were taken away. */
  let start = 0;
  let length = 0;

  function entryAt(at: number): Uint8Array {
    const place = start + at;
    const number = Math.floor(place / BLOCK_ENTRIES);
    const block = (blocks[number] ??= new Uint8Array(BLOCK_ENTRIES * ENTRY_BYTES));
    const from = (place % BLOCK_ENTRIES) * ENTRY_BYTES;
    return block.subarray(from, from + ENTRY_BYTES);
  }

  return {
    length: () => length,
    push(leaf, isResult) {
      const entry = entryAt(length++);
      entry[0] = isResult ? 1 : 0;
      entry.set(leaf, 1);
    },
    first(count) {
      const entries = Array.from({ length: Math.min(count, length) }, (_, at) => entryAt(at));
      return {
        leaves: entries.map((entry) => entry.subarray(1)),
        results: entries.filter(([isResult]) => isResult === 1).length,
      };
    },
    drop(count) {
      start += Math.min(count, length);
      length -= Math.min(count, length);
      blocks.splice(0, Math.floor(start / BLOCK_ENTRIES));
      start %= BLOCK_ENTRIES;
    },
  };
}
