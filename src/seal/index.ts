/** Records that are provable: leaves, trees, signed checkpoints, and the keys that sign them. */
export {
  decodeCheckpoint,
  type CallCount,
  type KeyRotation,
  type OpeningFacts,
} from "./checkpoint.ts";
export { decodePublicKeys, loadSigner, type KeyPlace } from "./key-file.ts";
export type { NoteKey } from "./note.ts";
export type { StreamHead } from "./anchor.ts";
export { createRedactable, type IsRedactable } from "./redactable.ts";
export { createSealer, type Sealer } from "./sealer.ts";
export { readPublicKey, type Signer, signerOfFunction, type SigningFunction } from "./signer.ts";
