import { fromBase64Url } from "../lib/base64.ts";
import { addLeaves, HASH_BYTES, type Hashing, type Subtrees } from "../seal/portable.ts";
import type { VerifyCrypto } from "./crypto.ts";

/** Adds the leaves of checkpoints to trees. */
export interface TreeGrower {
  /**
   * Undefined where one of the leaves is no hash.
   *
   * @param leaves base64url.
   */
  readonly grow: (before: Subtrees, leaves: readonly string[]) => Promise<GrownTree | undefined>;
}

/** A tree, and the leaves that came last. */
export interface GrownTree {
  readonly after: Subtrees;
  /** 32 bytes each. */
  readonly leaves: readonly Uint8Array[];
}

/** So many trees are remembered, one for each stream that is read at the same time; of 256 leaves each takes 40 KB. */
const MAX_REMEMBERED = 16;

interface RememberedTree extends GrownTree {
  readonly before: Subtrees;
  readonly texts: readonly string[];
}

/**
 * Remembers the last trees: each checkpoint carries again the leaves that the one before it covered,
 * and what follows from the same leaves behind the same subtrees is the same.
 */
export function createTreeGrower(crypto: VerifyCrypto): TreeGrower {
  const known = new Map<string, RememberedTree>();
  return {
    async grow(before, texts) {
      const [first] = texts;
      if (first === undefined) return { after: before, leaves: [] };
      const same = known.get(first);
      if (same !== undefined && areSameTexts(same.texts, texts) && isSameTree(same.before, before))
        return same;
      const leaves = hashesOf(texts);
      if (leaves === undefined) return undefined;
      const after = await hashed(addLeaves(before, leaves), crypto);
      known.delete(first);
      known.set(first, { before, texts, after, leaves });
      const [oldest = first] = known.keys();
      if (known.size > MAX_REMEMBERED) known.delete(oldest);
      return { after, leaves };
    },
  };
}

/** The hashes of texts, base64url; undefined where one of them is none. */
export function hashesOf(texts: readonly string[]): readonly Uint8Array[] | undefined {
  const hashes: Uint8Array[] = [];
  for (const text of texts) {
    const hash = fromBase64Url(text);
    if (hash?.length !== HASH_BYTES) return undefined;
    hashes.push(hash);
  }
  return hashes;
}

/** Drives what asks for hashes. */
export async function hashed<Result>(
  hashing: Hashing<Result>,
  crypto: VerifyCrypto,
): Promise<Result> {
  let step = hashing.next();
  while (step.done !== true) step = hashing.next(await crypto.hashBytes(step.value));
  return step.value;
}

function areSameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, at) => text === right[at]);
}

function isSameTree(left: Subtrees, right: Subtrees): boolean {
  return (
    left.size === right.size &&
    left.roots.length === right.roots.length &&
    left.roots.every((root, at) => root.every((byte, place) => byte === right.roots[at]?.[place]))
  );
}
