/**
 * The Merkle tree of a stream (RFC 6962, section 2.1), as a row of complete subtrees.
 *
 * In: hashes of leaves, from left to right. Out: the root for every number of leaves. What is to be
 * hashed is yielded, so that Node (at once) and a browser (a promise each) can both drive it.
 */

/** Asks for the SHA-256 of many inputs at a time; goes on with their digests. */
export type Hashing<Result> = Generator<readonly Uint8Array[], Result, readonly Uint8Array[]>;

/** The leaves up to some place, folded into the roots of complete subtrees. */
export interface Subtrees {
  /** How many leaves. */
  readonly size: number;
  /** Roots, from the largest on the left to the smallest; as many as `size` has ones in binary. */
  readonly roots: readonly Uint8Array[];
}

/** No leaf yet. */
export const NO_LEAVES: Subtrees = { size: 0, roots: [] };

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32;

const NODE_START = 0x01;
const INPUT_BYTES = 1 + 2 * HASH_BYTES;

/** Adds leaves on the right. */
export function* addLeaves(before: Subtrees, leaves: readonly Uint8Array[]): Hashing<Subtrees> {
  const size = before.size + leaves.length;
  const stack = [...before.roots];
  const kept: Uint8Array[] = [];
  let nodes = [...leaves];
  for (let width = before.size; nodes.length > 0; width = Math.floor(width / 2)) {
    // An odd number stands on the left: its last one is the left half of the first new pair.
    if (width % 2 === 1) {
      const left = stack.pop();
      if (left !== undefined) nodes.unshift(left);
    }
    const single = nodes.length % 2 === 1 ? nodes.pop() : undefined;
    if (single !== undefined) kept.unshift(single);
    nodes = nodes.length === 0 ? [] : [...(yield nodeInputs(nodes))];
  }
  return { size, roots: [...stack, ...kept] };
}

/**
 * The root; undefined where there is no leaf.
 *
 * @see RFC 6962, section 2.1: smaller subtrees are joined first.
 */
export function* rootOf({ roots }: Subtrees): Hashing<Uint8Array | undefined> {
  let root = roots.at(-1);
  for (let at = roots.length - 2; at >= 0; at--) {
    const [joined] = yield [nodeInput(roots[at], root)];
    root = joined;
  }
  return root;
}

/** Whether there are as many roots as the size asks for, all of the right length. */
export function areSubtrees({ size, roots }: Subtrees): boolean {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return (
    Number.isSafeInteger(size) &&
    size >= 0 &&
    roots.length === ones &&
    roots.every(({ length }) => length === HASH_BYTES)
  );
}

/** Drives a {@link Hashing} with hashes that are there at once. */
export function hashAtOnce<Result>(
  hashing: Hashing<Result>,
  hash: (input: Uint8Array) => Uint8Array,
): Result {
  let step = hashing.next();
  while (step.done !== true) step = hashing.next(step.value.map(hash));
  return step.value;
}

/** What is hashed for a node (RFC 6962, section 2.1). */
export function nodeInput(left: Uint8Array | undefined, right: Uint8Array | undefined): Uint8Array {
  const input = new Uint8Array(INPUT_BYTES);
  input[0] = NODE_START;
  if (left !== undefined) input.set(left, 1);
  if (right !== undefined) input.set(right, 1 + HASH_BYTES);
  return input;
}

/** The same for each two of an even number of nodes; all of them in one buffer, which is cheaper to get than many. */
function nodeInputs(nodes: readonly Uint8Array[]): readonly Uint8Array[] {
  const all = new Uint8Array((nodes.length / 2) * INPUT_BYTES);
  const inputs: Uint8Array[] = [];
  let place = 0;
  for (const [at, node] of nodes.entries()) {
    if (at % 2 === 0) all[place++] = NODE_START;
    all.set(node, place);
    place += HASH_BYTES;
    if (at % 2 === 1) inputs.push(all.subarray(place - INPUT_BYTES, place));
  }
  return inputs;
}
