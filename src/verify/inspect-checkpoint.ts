import { fromBase64Url } from "../lib/base64.ts";
import { ATTR_CHECKPOINT_NOTE } from "../event/portable.ts";
import { auditPath, HASH_BYTES } from "../seal/portable.ts";
import { hashed } from "./grow-tree.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { digestOf } from "./inspect-fields.ts";
import type { PlacedCheckpoint, TrailOfRecord } from "./inspect-trail.ts";
import type { InspectedCheckpoint, InspectedStep } from "./inspection.ts";

/** The checkpoint that a record is held against, and those that say something else of it. */
export interface ChosenCheckpoint {
  /** Undefined: none covers the record. */
  readonly chosen: PlacedCheckpoint | undefined;
  readonly contradictions: readonly string[];
}

/**
 * One with a trusted key before others, then one of the process itself before one of an adopter, then
 * the one that was made for it before one that carries it again. The record of the last checkpoint, which nothing
 * covers, is held against its own note.
 */
export function chooseCheckpoint(
  { checkpoints, end, isTrusted }: TrailOfRecord,
  sequence: number,
): ChosenCheckpoint {
  const covering = checkpoints
    .filter(({ sound: { checkpoint } }) => sequence <= checkpoint.size)
    .toSorted((left, right) => weight(left) - weight(right));
  const [chosen] = covering;
  if (chosen === undefined) {
    const own = checkpoints.find(({ sound }) => end.isProof(sound.noteHash, sequence));
    return { chosen: own, contradictions: [] };
  }
  const leaf = leafIn(chosen, sequence);
  const contradictions = covering.flatMap((other) => {
    if (leafIn(other, sequence) === leaf) return [];
    return [
      `checkpoint ${other.id} (${other.file}:${other.line}) signs another record in its place than ${chosen.id}`,
    ];
  });
  return { chosen, contradictions };

  function weight(one: PlacedCheckpoint): number {
    const { begin, checkpoint } = one.sound;
    const isAdopted = checkpoint.state === "adopted";
    return (isTrusted(one) === false ? 4 : 0) + (isAdopted ? 2 : 0) + (sequence <= begin ? 1 : 0);
  }
}

function leafIn({ sound: { from, leaves } }: PlacedCheckpoint, sequence: number): string {
  const at = (sequence - from - 1) * HASH_BYTES;
  return digestOf(leaves.subarray(at, at + HASH_BYTES)).hex;
}

/** What {@link inspectCheckpoint} takes beside the checkpoint. */
export interface CheckpointContext {
  readonly sequence: number;
  /** Whether the record is the checkpoint itself. */
  readonly isOwnNote: boolean;
  readonly crypto: VerifyCrypto;
  readonly trail: Pick<TrailOfRecord, "isTrusted">;
}

/** A checkpoint in every detail, and the way from the leaf of a record to its root. */
export async function inspectCheckpoint(
  placed: PlacedCheckpoint,
  { sequence, isOwnNote, crypto, trail }: CheckpointContext,
): Promise<InspectedCheckpoint> {
  const { sound, record, id, file, line } = placed;
  const { checkpoint, key } = sound;
  return {
    record: id,
    file,
    line,
    number: checkpoint.number,
    state: checkpoint.state,
    time: checkpoint.time,
    size: checkpoint.size,
    root: digestOf(checkpoint.root),
    index: isOwnNote ? null : sequence - 1,
    path: isOwnNote ? [] : await pathOf(placed, sequence, crypto),
    note: String(record.attributes[ATTR_CHECKPOINT_NOTE] ?? ""),
    key: checkpoint.key,
    keyId: key.keyId,
    isSignatureRight: true,
    isKeyTrusted: trail.isTrusted(placed) ?? null,
  };
}

async function pathOf(
  { sound: { from, leaves }, subtrees }: PlacedCheckpoint,
  sequence: number,
  crypto: VerifyCrypto,
): Promise<readonly InspectedStep[]> {
  const each: Uint8Array[] = [];
  for (let at = 0; at < leaves.length; at += HASH_BYTES)
    each.push(leaves.subarray(at, at + HASH_BYTES));
  const before = { size: from, roots: subtrees.flatMap((text) => fromBase64Url(text) ?? []) };
  const steps = await hashed(auditPath({ before, leaves: each, index: sequence - 1 }), crypto);
  return (steps ?? []).map(({ side, sibling, joined }) => ({
    side,
    sibling: digestOf(sibling),
    joined: digestOf(joined),
  }));
}
