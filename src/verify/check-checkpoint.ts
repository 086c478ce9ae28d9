/**
 * Whether a checkpoint holds together: signature, leaves, root.
 *
 * In: the attributes of its record. Out: what it says, or why it cannot be relied on. Whose key it is
 * signed with is not asked here.
 */
import { fromBase64, toBase64 } from "../lib/base64.ts";
import {
  areSubtrees,
  type Checkpoint,
  decodeCheckpoint,
  decodeKey,
  decodeNote,
  encodeKey,
  HASH_BYTES,
  keyIdInput,
  keyIdOfBytes,
  type KeyRotation,
  LEAF_VERSION,
  type NoteKey,
  rootOf,
  rotationText,
  type SignedNote,
  type Subtrees,
} from "../seal/portable.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { createTreeGrower, hashed, hashesOf, type TreeGrower } from "./grow-tree.ts";

/** What the record of a checkpoint carries. */
export interface CheckpointParts {
  readonly note: string;
  readonly leaves: readonly string[];
  readonly subtrees: readonly string[];
}

/** A checkpoint whose signature fits the key that it names, and whose leaves lead to its root. */
export interface SoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly key: NoteKey;
  /** SHA-256 of the note, base64: what the next one names. */
  readonly noteHash: string;
  /** Leaves before the first that it carries. */
  readonly from: number;
  /** Leaves before the first that the checkpoint before it did not carry: that one's size. */
  readonly begin: number;
  /** One after the other, 32 bytes each. */
  readonly leaves: Uint8Array;
  /** Root of the tree of `from` leaves, base64; undefined where there is none. */
  readonly rootBefore: string | undefined;
  /** The same of `begin` leaves. */
  readonly rootAtBegin: string | undefined;
  /** Keys that vouch for others: what each signed is right. */
  readonly rotations: readonly Rotation[];
}

/** Keys in one line each. */
export type Rotation = Omit<KeyRotation, "signature">;

/** Why a checkpoint cannot be relied on. */
export interface UnsoundCheckpoint {
  /** `unsupported`: a later version wrote it. */
  readonly kind: "altered" | "unsupported";
  readonly why: string;
  /** The stream that it names, where that can be read. */
  readonly stream: string | undefined;
}

/** More leaves, or subtrees, than this no checkpoint carries: refused before anything is hashed. */
export const MAX_HASHES = 4096;

/** More rotations than this of one checkpoint nobody looks at: each is a signature to check. */
const MAX_ROTATIONS = 1000;

/**
 * Checks one.
 *
 * @param grower of the checkpoints that were checked before. Default: none was.
 */
export async function checkCheckpoint(
  parts: CheckpointParts,
  crypto: VerifyCrypto,
  grower: TreeGrower = createTreeGrower(crypto),
): Promise<SoundCheckpoint | UnsoundCheckpoint> {
  const note = decodeNote(parts.note);
  if (note === undefined) return altered("it is no signed note");
  const checkpoint = decodeCheckpoint(note.text);
  if (typeof checkpoint === "string") {
    return checkpoint.startsWith("its format")
      ? { kind: "unsupported", why: checkpoint, stream: undefined }
      : altered(checkpoint);
  }
  const { stream } = checkpoint;
  const key = await checkSignature(note, checkpoint, crypto);
  if (typeof key === "string") return altered(key, stream);
  if (checkpoint.leaf !== LEAF_VERSION) {
    const why = `its leaves are ${JSON.stringify(checkpoint.leaf)}; this version reads ${LEAF_VERSION}`;
    return { kind: "unsupported", why, stream };
  }
  const tree = await checkTree(parts, checkpoint, { crypto, grower });
  if (typeof tree === "string") return altered(tree, stream);
  const [hash = new Uint8Array()] = await crypto.hashTexts([parts.note]);
  const rotations = await checkRotations(checkpoint, crypto);
  return { checkpoint, key, noteHash: toBase64(hash), ...tree, rotations };
}

/** Whether a checkpoint is sound. */
export function isSound(checked: SoundCheckpoint | UnsoundCheckpoint): checked is SoundCheckpoint {
  return "checkpoint" in checked;
}

function altered(why: string, stream?: string): UnsoundCheckpoint {
  return { kind: "altered", why, stream };
}

/** The key, or what is wrong. */
export async function checkSignature(
  note: SignedNote,
  { key: named }: Pick<Checkpoint, "key">,
  crypto: VerifyCrypto,
): Promise<NoteKey | string> {
  const key = decodeKey(named);
  if (key === undefined) return `its key ${JSON.stringify(named)} is none`;
  const [hash = new Uint8Array()] = await crypto.hashBytes([keyIdInput(key.name, key.publicKey)]);
  if (keyIdOfBytes(hash) !== key.keyId) return "the id of its key is not that of the key";
  const own = note.signatures.find(({ name, keyId }) => name === key.name && keyId === key.keyId);
  if (own === undefined) return "it is not signed with the key that it names";
  const message = new TextEncoder().encode(note.text);
  const isSigned = await crypto.isSignature(key.publicKey, message, own.signature);
  return isSigned ? key : "its signature is wrong";
}

type Tree = Pick<SoundCheckpoint, "from" | "begin" | "leaves" | "rootBefore" | "rootAtBegin">;

async function checkTree(
  { leaves: leafTexts, subtrees }: CheckpointParts,
  { size, root, begin }: Checkpoint,
  { crypto, grower }: { readonly crypto: VerifyCrypto; readonly grower: TreeGrower },
): Promise<Tree | string> {
  if (leafTexts.length > MAX_HASHES || subtrees.length > MAX_HASHES)
    return `it carries more than ${MAX_HASHES} hashes`;
  const from = size - leafTexts.length;
  const roots = hashesOf(subtrees);
  if (roots === undefined || leafTexts.length === 0) return "its leaves are no hashes";
  const before: Subtrees = { size: from, roots };
  if (!areSubtrees(before)) return "its subtrees do not fit the number of its leaves";
  if (begin < from) return "it counts records whose leaves it does not carry";
  const carried = begin - from;
  const middle = await grower.grow(before, leafTexts.slice(0, carried));
  if (middle === undefined) return "its leaves are no hashes";
  const last = await grower.grow(middle.after, leafTexts.slice(carried));
  if (last === undefined) return "its leaves are no hashes";
  const found = await hashed(rootOf(last.after), crypto);
  if (found === undefined || toBase64(found) !== toBase64(root))
    return "its leaves do not lead to the root that it signs";
  const leaves = [...middle.leaves, ...last.leaves];
  const joined = new Uint8Array(leaves.length * HASH_BYTES);
  for (const [at, leaf] of leaves.entries()) joined.set(leaf, at * HASH_BYTES);
  return {
    from,
    begin,
    leaves: joined,
    rootBefore: await rootTextOf(before, crypto),
    rootAtBegin: await rootTextOf(middle.after, crypto),
  };
}

async function rootTextOf(tree: Subtrees, crypto: VerifyCrypto): Promise<string | undefined> {
  const root = await hashed(rootOf(tree), crypto);
  return root === undefined ? undefined : toBase64(root);
}

async function checkRotations(
  { opening }: Checkpoint,
  crypto: VerifyCrypto,
): Promise<readonly Rotation[]> {
  const sound: Rotation[] = [];
  for (const { from, to, signature } of (opening?.rotations ?? []).slice(0, MAX_ROTATIONS)) {
    const [earlier, later, bytes] = [decodeKey(from), decodeKey(to), fromBase64(signature)];
    if (earlier === undefined || later === undefined || bytes === undefined) continue;
    const message = new TextEncoder().encode(rotationText(from, to));
    if (!(await crypto.isSignature(earlier.publicKey, message, bytes))) continue;
    sound.push({ from: encodeKey(earlier), to: encodeKey(later) });
  }
  return sound;
}
