import { type CheckpointChain, createCheckpointChain } from "./checkpoint-chain.ts";
import { type CopyComparer, createCopyComparer } from "./compare-copies.ts";
import { type Coverage, createCoverage } from "./coverage.ts";
import { createNoteCarriers, type NoteCarriers } from "./note-carriers.ts";
import type { StreamJudgeOptions } from "./judged-stream.ts";

/** What checkpoints say of a stream, and what became of its records under them. */
export interface SignedPart {
  readonly chain: CheckpointChain;
  readonly coverage: Coverage;
  readonly copies: CopyComparer;
  readonly carriers: NoteCarriers;
  /** Hashes of the notes of checkpoints that others exclude. */
  readonly leftOut: Set<string>;
}

/** Of a stream whose first checkpoint comes. */
export function createSignedPart(options: StreamJudgeOptions): SignedPart {
  const coverage = createCoverage();
  return {
    chain: createCheckpointChain(),
    coverage,
    copies: createCopyComparer({ ...options, coverage }),
    carriers: createNoteCarriers(options),
    leftOut: new Set(),
  };
}

/** Earlier ones stand under later ones: behind all of them stands at most a copy. Others are of streams that were adopted. */
export function isProof(note: string, { chain, leftOut }: SignedPart): boolean {
  return chain.has(note) ? chain.last()?.noteHash === note : !leftOut.has(note);
}
