import { fromBase64Url } from "../lib/base64.ts";
import { ATTR_CHECKPOINT_NOTE } from "../event/portable.ts";
import { auditPath, HASH_BYTES } from "../seal/portable.ts";
import { hashed } from "./grow-tree.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { digestOf } from "./inspect-fields.ts";
import type { InspectedCheckpoint, InspectedStep } from "./inspection.ts";
import type { PlacedCheckpoint } from "./placed-checkpoint.ts";
import type { CheckpointsOfRecord } from "./trail-checkpoints.ts";

/**
 * The checkpoint that a record is held against; undefined: none covers it. One with a trusted key before others,
 * then one of the process itself before one of an adopter, then the one that was made for it before one that
 * carries it again. The record of the last checkpoint, which nothing covers, is held against its own note.
 */
export function chooseCheckpoint(
  { checkpoints, history, isTrusted }: CheckpointsOfRecord,
  sequence: number,
): PlacedCheckpoint | undefined {
  const [chosen] = checkpoints
    .filter(({ sound: { checkpoint } }) => sequence <= checkpoint.size)
    .toSorted((left, right) => weight(left) - weight(right));
  return chosen ?? checkpoints.find(({ sound }) => history.isProof(sound.noteHash, sequence));

  function weight(one: PlacedCheckpoint): number {
    const { begin, checkpoint } = one.sound;
    const isAdopted = checkpoint.state === "adopted";
    return (isTrusted(one) === false ? 4 : 0) + (isAdopted ? 2 : 0) + (sequence <= begin ? 1 : 0);
  }
}

/** What {@link inspectCheckpoint} takes beside the checkpoint. */
export interface CheckpointContext {
  readonly sequence: number;
  /** Whether the record is the checkpoint itself. */
  readonly isOwnNote: boolean;
  readonly crypto: VerifyCrypto;
  readonly trail: Pick<CheckpointsOfRecord, "isTrusted">;
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
