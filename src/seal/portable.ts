/** The part of this room that runs in a browser too: what is hashed and signed, and how it is written. */
export {
  type Anchor,
  decodeAnchor,
  headLeafText,
  type RootedAnchor,
  type StreamHead,
} from "./anchor.ts";
export { auditPath, type PathStart, type PathStep } from "./audit-path.ts";
export {
  type CallCount,
  type Checkpoint,
  type CheckpointState,
  decodeCheckpoint,
  encodeCheckpoint,
  type KeyCustody,
  type KeyRotation,
  type OpeningFacts,
  rotationText,
} from "./checkpoint.ts";
export {
  type CommittedField,
  decodeFieldSeals,
  type FieldSeal,
  isCommitted,
} from "./field-seals.ts";
export { commitmentText, LEAF_VERSION, leafText, leafTextOf } from "./leaf.ts";
export { createShaper, type ShapedRecord } from "./shape.ts";
export { misspeltName } from "./misspelt-name.ts";
export {
  decodeKey,
  decodeNote,
  encodeKey,
  encodeNote,
  keyIdInput,
  keyIdOfBytes,
  type NoteKey,
  type NoteSignature,
  type SignedNote,
} from "./note.ts";
export {
  attributeKeyOf,
  bodyKeyOf,
  isBodyMap,
  keyOf,
  SEALED_PREFIXES,
  type SealedField,
  sealedFieldsOf,
  textOf,
} from "./sealed-fields.ts";
export {
  addLeaves,
  areSubtrees,
  HASH_BYTES,
  hashAtOnce,
  type Hashing,
  NO_LEAVES,
  rootOf,
  type Subtrees,
} from "./tree.ts";
