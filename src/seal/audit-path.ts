import { type Hashing, HASH_BYTES, nodeInput, type Subtrees } from "./tree.ts";

/** One step from a leaf to the root. */
export interface PathStep {
  /** On which side of what was reached so far the sibling stands. */
  readonly side: "left" | "right";
  readonly sibling: Uint8Array;
  /** Hash of both: what was reached now. */
  readonly joined: Uint8Array;
}

/** What the path of a leaf starts from. */
export interface PathStart {
  /** What stands left of the leaves that are known one by one. */
  readonly before: Subtrees;
  /** Known one by one, up to the last of the tree. */
  readonly leaves: readonly Uint8Array[];
  /** The leaf, counted from 0 over the whole tree; not one of `before`. */
  readonly index: number;
}

/**
 * The way from a leaf to the root, the sibling of the leaf first; no step in a tree of one leaf.
 *
 * @returns undefined where the leaf is not among those that are known, or `before` is none.
 * @see RFC 6962, section 2.1.1.
 */
export function* auditPath({
  before,
  leaves,
  index,
}: PathStart): Hashing<readonly PathStep[] | undefined> {
  const size = before.size + leaves.length;
  const leaf = leaves[index - before.size];
  if (leaf === undefined) return undefined;
  const known = { from: before.size, leaves, roots: rootsByStart(before) };
  const siblings = siblingsOf(index, size);
  const steps: PathStep[] = [];
  let reached = leaf;
  for (const { side, first, end } of siblings) {
    const sibling = yield* rootOfRange(first, end, known);
    if (sibling === undefined) return undefined;
    const [left, right] = side === "left" ? [sibling, reached] : [reached, sibling];
    const [joined = new Uint8Array(HASH_BYTES)] = yield [nodeInput(left, right)];
    steps.push({ side, sibling, joined });
    reached = joined;
  }
  return steps;
}

interface Known {
  readonly from: number;
  readonly leaves: readonly Uint8Array[];
  /** Roots of what stands left of the leaves, by the place of their first leaf. */
  readonly roots: ReadonlyMap<number, { readonly end: number; readonly root: Uint8Array }>;
}

function rootsByStart({ size, roots }: Subtrees): Known["roots"] {
  const byStart = new Map<number, { readonly end: number; readonly root: Uint8Array }>();
  let start = 0;
  for (const root of roots) {
    if (start >= size) break;
    const end = start + largestPower(size - start);
    byStart.set(start, { end, root });
    start = end;
  }
  return byStart;
}

interface Sibling {
  readonly side: PathStep["side"];
  readonly first: number;
  readonly end: number;
}

/** The ranges of leaves beside the way, that of the leaf itself first. */
function siblingsOf(index: number, size: number): readonly Sibling[] {
  const siblings: Sibling[] = [];
  let first = 0;
  let end = size;
  while (end - first > 1) {
    const middle = first + splitOf(end - first);
    if (index < middle) {
      siblings.unshift({ side: "right", first: middle, end });
      end = middle;
    } else {
      siblings.unshift({ side: "left", first, end: middle });
      first = middle;
    }
  }
  return siblings;
}

/** Whatever ends left of the known leaves is one of the roots: siblings are complete where they end there. */
function* rootOfRange(first: number, end: number, known: Known): Hashing<Uint8Array | undefined> {
  const { from, leaves, roots } = known;
  if (end <= from) {
    const subtree = roots.get(first);
    return subtree?.end === end ? subtree.root : undefined;
  }
  if (end - first === 1) return leaves[first - from];
  const middle = first + splitOf(end - first);
  const left = yield* rootOfRange(first, middle, known);
  const right = yield* rootOfRange(middle, end, known);
  if (left === undefined || right === undefined) return undefined;
  const [joined] = yield [nodeInput(left, right)];
  return joined;
}

/** The largest power of two below a number of leaves, of which there are two at least. */
function splitOf(count: number): number {
  const power = largestPower(count);
  return power === count ? power / 2 : power;
}

/** The largest power of two that is not above a number. */
function largestPower(count: number): number {
  let power = 1;
  while (power * 2 <= count) power *= 2;
  return power;
}
