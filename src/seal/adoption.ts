/**
 * Checkpoints that one process makes for the stream of another, which died before it made them.
 *
 * In: the last checkpoint of that stream, and the leaves of the records behind it. Out: records for the
 * stream of the one who is there. Whoever could write files could have changed those records before: an
 * adopted record is no longer altered unseen, but nobody attests what it was.
 */
import { hash } from "node:crypto";
import {
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_SEQUENCE_NUMBER,
  type AttributeValue,
  type AuditRecord,
} from "../event/portable.ts";
import { fromBase64Url, toBase64Url } from "../lib/base64.ts";
import { type Clock, toIsoMicros } from "../lib/clock.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { checkpointRecord } from "./checkpoint-record.ts";
import { LEAF_VERSION } from "./leaf.ts";
import { decodeNote, encodeKey } from "./note.ts";
import { sha256 } from "./sha256.ts";
import { signNote } from "./sign-note.ts";
import type { Signer } from "./signer.ts";
import { addLeaves, areSubtrees, hashAtOnce, NO_LEAVES, rootOf, type Subtrees } from "./tree.ts";

/** How far a stream is under checkpoints. */
export interface SealedEnd {
  readonly covered: Subtrees;
  /** Of the last checkpoint; 0: there is none. */
  readonly number: number;
  /** SHA-256, base64, of its note. */
  readonly previous: string | undefined;
}

/** A stream without checkpoints. */
export const NOTHING_SEALED: SealedEnd = { covered: NO_LEAVES, number: 0, previous: undefined };

/** What a checkpoint on disk says of its own stream. */
export type FoundCheckpoint =
  | { readonly kind: "end"; readonly end: SealedEnd }
  /** The last one of a stream: nothing behind it is to be covered. */
  | { readonly kind: "closed" }
  /** Somebody changed it, or a later version wrote it. */
  | { readonly kind: "unusable"; readonly why: string };

/**
 * What a record of kind `checkpoint` says of a stream; undefined where its note is of another one, which
 * this one adopted. Its signature is not looked at: who verifies does that.
 */
export function foundCheckpoint(
  { attributes }: AuditRecord,
  stream: string,
): FoundCheckpoint | undefined {
  const note = String(attributes[ATTR_CHECKPOINT_NOTE]);
  const text = decodeNote(note)?.text;
  const checkpoint = text === undefined ? "it holds no note" : decodeCheckpoint(text);
  if (typeof checkpoint === "string") return unusable(checkpoint);
  if (checkpoint.stream !== stream) return undefined;
  if (checkpoint.state === "close") return { kind: "closed" };
  if (checkpoint.leaf !== LEAF_VERSION)
    return unusable(`its leaves are ${JSON.stringify(checkpoint.leaf)}`);
  const leaves = hashesOf(attributes[ATTR_CHECKPOINT_LEAVES]);
  const roots = hashesOf(attributes[ATTR_CHECKPOINT_SUBTREES] ?? []);
  if (leaves === undefined || roots === undefined) return unusable("it holds no hashes");
  const before = { size: checkpoint.size - leaves.length, roots };
  if (!areSubtrees(before)) return unusable("its hashes are not as many as its size asks for");
  const covered = hashAtOnce(addLeaves(before, leaves), sha256);
  const root = hashAtOnce(rootOf(covered), sha256);
  if (root === undefined || Buffer.compare(root, checkpoint.root) !== 0)
    return unusable("its root is not that of its hashes");
  if (checkpoint.size >= Number(attributes[ATTR_SEQUENCE_NUMBER]))
    return unusable("it covers more records than stand before it");
  return { kind: "end", end: { covered, number: checkpoint.number, previous: hashOf(note) } };
}

function unusable(why: string): FoundCheckpoint {
  return { kind: "unusable", why };
}

function hashesOf(value: AttributeValue | undefined): readonly Uint8Array[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const hashes: Uint8Array[] = [];
  for (const text of value as readonly string[]) {
    const bytes = fromBase64Url(text);
    if (bytes === undefined) return undefined;
    hashes.push(bytes);
  }
  return hashes;
}

/** SHA-256, base64: what the next checkpoint names. */
function hashOf(note: string): string {
  return hash("sha256", note, "base64");
}

/** Records that one checkpoint is to cover: one at least, 256 at most. */
export interface Batch {
  readonly leaves: readonly Uint8Array[];
  /** How many of them are results. */
  readonly results: number;
}

/** Records behind the last checkpoint of a stream. */
export interface Tail extends Batch {
  /** The stream of the process that died. */
  readonly stream: string;
  readonly end: SealedEnd;
}

/** Who adopts. */
export interface Adopter {
  /** The stream that the checkpoint is written to. */
  readonly stream: string;
  readonly signer: Signer;
  readonly clock: Clock;
}

/** A checkpoint for the stream of another, and how far that stream is under checkpoints then. */
export interface Adopted {
  readonly record: AuditRecord;
  readonly end: SealedEnd;
}

/**
 * Makes the checkpoint that covers a tail.
 *
 * @throws as a rejection, what the signer throws.
 */
export async function adopt(
  { stream, end, leaves, results }: Tail,
  { stream: adopter, signer, clock }: Adopter,
): Promise<Adopted> {
  const covered = hashAtOnce(addLeaves(end.covered, leaves), sha256);
  const root = hashAtOnce(rootOf(covered), sha256) ?? new Uint8Array();
  const time = toIsoMicros(clock.nowMicros());
  const number = end.number + 1;
  const text = encodeCheckpoint({
    stream,
    size: covered.size,
    root: Uint8Array.from(root),
    number,
    state: "adopted",
    time,
    results,
    leaf: LEAF_VERSION,
    key: encodeKey(signer.key),
    previous: end.previous,
    begin: end.covered.size,
    adopter,
    calls: [],
  });
  const note = await signNote(signer, text);
  return {
    record: checkpointRecord({
      note,
      time,
      leaves: leaves.map(toBase64Url),
      subtrees: end.covered,
    }),
    end: { covered, number, previous: hashOf(note) },
  };
}
