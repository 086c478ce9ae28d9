import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_IMPACT,
  ATTR_RECORD_KIND,
  ATTR_TIME,
  type AuditRecord,
  CHECKPOINT,
} from "../event/portable.ts";
import { toBase64Url } from "../lib/base64.ts";
import type { Subtrees } from "./tree.ts";

/** So many records are covered by one checkpoint at most. */
export const MAX_COVERED = 256;

/** What the record of a checkpoint is made of. */
export interface CheckpointParts {
  /** Signed. */
  readonly note: string;
  /** As in `audit.time`. */
  readonly time: string;
  /** Of the records that it covers, base64url. */
  readonly leaves: readonly string[];
  /** What stands left of them. */
  readonly subtrees: Subtrees;
}

/** A checkpoint as a record; what stands left of its leaves is needed to get from them to the root. */
export function checkpointRecord({ note, time, leaves, subtrees }: CheckpointParts): AuditRecord {
  return {
    attributes: {
      [ATTR_RECORD_KIND]: "checkpoint",
      [ATTR_ACTION]: CHECKPOINT,
      [ATTR_CATEGORY]: "audit",
      [ATTR_IMPACT]: "low",
      [ATTR_TIME]: time,
      [ATTR_CHECKPOINT_NOTE]: note,
      [ATTR_CHECKPOINT_LEAVES]: leaves,
      ...(subtrees.roots.length === 0
        ? {}
        : { [ATTR_CHECKPOINT_SUBTREES]: subtrees.roots.map(toBase64Url) }),
    },
    body: {},
  };
}
