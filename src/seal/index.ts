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
export { type CallCount, type KeyRotation, type OpeningFacts } from "./checkpoint.ts";
export { leafOf } from "./leaf-of.ts";
export type { StreamHead } from "./anchor.ts";
export { type KeyPlace, loadSigner, signerOfFile } from "./key-file.ts";
export { checkKeyPlace, keyPlaceWarnings } from "./key-place.ts";
export { createKeyFile, type MadeKey, rotateKeyFile } from "./make-key-file.ts";
export {
  decodePublicKeys,
  encodeKnownKey,
  isSameKey,
  type KnownKey,
  publicKeyFile,
  readPublicKeys,
} from "./public-key-file.ts";
export { makeAnchor } from "./make-anchor.ts";
export { createRedactable, type IsRedactable } from "./redactable.ts";
export { createRecordSealer, type SealedRecord } from "./seal-record.ts";
export { createSealer, type Sealer } from "./sealer.ts";
export { sha256 } from "./sha256.ts";
export {
  encodePublicKey,
  isSignatureOf,
  readPublicKey,
  type SignatureBytes,
  type Signer,
  signerOfFunction,
  type SigningFunction,
} from "./signer.ts";
export type { NoteKey } from "./note.ts";
