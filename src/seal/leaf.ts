/**
 * The texts that are hashed for a record: its leaf, and a commitment for each field that may be
 * redacted later. docs/format.md has the bytes; changing anything here changes the format.
 */
import {
  ATTR_ACTION,
  ATTR_RECORD_ID,
  ATTR_TIME,
  type AuditRecord,
  streamOf,
} from "../event/portable.ts";
import { type FieldSeal, isCommitted } from "./field-seals.ts";
import { type SealedField, textOf } from "./sealed-fields.ts";

/** The version of the leaf; stands in it, and in every checkpoint. */
export const LEAF_VERSION = "audit-leaf/1";

/** First bytes of what is hashed, so that no leaf is taken for a node or a commitment (RFC 6962, section 2.1). */
const LEAF_START = "\0";
const COMMITMENT_START = "\u0002";
const BETWEEN_KEY_AND_VALUE = "\0";

/** What is hashed (SHA-256, in UTF-8) to commit to a value: nobody can find it out without the salt. */
export function commitmentText(salt: string, key: string, value: string): string {
  return `${COMMITMENT_START}${salt}${key}${BETWEEN_KEY_AND_VALUE}${value}`;
}

/**
 * What is hashed (SHA-256, in UTF-8) for the leaf of a record.
 *
 * @param fields by key; those that `seals` commits to are left out.
 * @param seals by key, as they stand in the record.
 */
export function leafText(
  record: AuditRecord,
  fields: readonly SealedField[],
  seals: readonly FieldSeal[],
): string {
  const committed = new Set<string>();
  const commitments: string[] = [];
  for (const seal of seals) {
    if (!isCommitted(seal)) continue;
    committed.add(seal.key);
    commitments.push(seal.key, seal.commitment);
  }
  const open: string[] = [];
  for (const { key, text } of fields) if (!committed.has(key)) open.push(key, text);
  return leafTextOf(record, open, commitments);
}

/**
 * The same.
 *
 * @param open key and value, in turn, of what is in the leaf as it is; by key.
 * @param commitments key and commitment, in turn, of the rest; by key.
 */
export function leafTextOf(
  { attributes, traceId = "", spanId = "" }: AuditRecord,
  open: readonly string[],
  commitments: readonly string[],
): string {
  const id = textOf(attributes[ATTR_RECORD_ID]);
  const stream = streamOf(id);
  return (
    LEAF_START +
    JSON.stringify([
      LEAF_VERSION,
      stream,
      id.slice(stream.length + 1),
      textOf(attributes[ATTR_TIME]),
      textOf(attributes[ATTR_ACTION]),
      traceId,
      spanId,
      open,
      commitments,
    ])
  );
}
