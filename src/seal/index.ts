/** Records that are provable: leaves, trees, signed checkpoints, and the keys that sign them. */
export {
  adopt,
  type Adopted,
  type Adopter,
  type Batch,
  type FoundCheckpoint,
  foundCheckpoint,
  NOTHING_SEALED,
  type SealedEnd,
  type Tail,
} from "./adoption.ts";
export { MAX_COVERED } from "./checkpoint-record.ts";
export {
  decodeCheckpoint,
  type CallCount,
  type KeyRotation,
  type OpeningFacts,
} from "./checkpoint.ts";
export { decodePublicKeys, loadSigner, type KeyPlace } from "./key-file.ts";
export { leafOf } from "./leaf-of.ts";
export type { NoteKey } from "./note.ts";
export type { StreamHead } from "./anchor.ts";
export { createRedactable, type IsRedactable } from "./redactable.ts";
export { createSealer, type Sealer } from "./sealer.ts";
export { readPublicKey, type Signer, signerOfFunction, type SigningFunction } from "./signer.ts";
