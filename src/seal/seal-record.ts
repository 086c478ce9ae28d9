import { hash } from "node:crypto";
import {
  ATTR_ACTION,
  ATTR_INTEGRITY_FIELDS,
  type AttributeValue,
  type AuditRecord,
} from "../event/portable.ts";
import { makeDistinct } from "./distinct-attributes.ts";
import { distinctBody } from "./distinct-body.ts";
import { encodeFieldSeals, type FieldSeal } from "./field-seals.ts";
import { commitmentText, leafTextOf } from "./leaf.ts";
import type { IsRedactable } from "./redactable.ts";
import { newSalt } from "./salts.ts";
import { sha256 } from "./sha256.ts";
import { createShaper, type ShapedRecord } from "./shape.ts";

/** A record that is sealed, and its leaf. */
export interface SealedRecord {
  /** Its attributes are those that were given, with one more. */
  readonly record: AuditRecord;
  /** 32 bytes. */
  readonly leaf: Uint8Array;
}

/**
 * Seals records that have their place in the stream: adds to their attributes what makes them
 * provable when their fields are redacted. Where a store would take two names for one, the later one
 * gets a number behind it.
 */
export function createRecordSealer(
  redactableOf: (action: string) => IsRedactable,
): (record: AuditRecord) => SealedRecord {
  const shape = createShaper(redactableOf);
  return (given) => {
    const attributes: Record<string, AttributeValue> = given.attributes;
    // Nobody else's word for it.
    if (attributes[ATTR_INTEGRITY_FIELDS] !== undefined) delete attributes[ATTR_INTEGRITY_FIELDS];
    const action = String(attributes[ATTR_ACTION]);
    const shaped = shape(given, action);
    if (shaped.fields !== undefined) return finish(given, shaped);
    makeDistinct(attributes);
    const record = { ...given, body: distinctBody(given.body) };
    return finish(record, shape(record, action));
  };
}

/** Said of all fields in one walk: what is in the leaf, and what the record says of it. */
function finish(record: AuditRecord, { fields = [], texts }: ShapedRecord): SealedRecord {
  const attributes: Record<string, AttributeValue> = record.attributes;
  const open: string[] = [];
  const commitments: string[] = [];
  const seals: FieldSeal[] = [];
  for (const { key, isBody, isRedactable, at } of fields) {
    const text = texts[at] ?? "";
    if (isRedactable) {
      const salt = newSalt();
      const commitment = hash("sha256", commitmentText(salt, key, text), "base64url");
      commitments.push(key, commitment);
      seals.push({ key, commitment, salt });
    } else {
      open.push(key, text);
      if (isBody) seals.push({ key });
    }
  }
  if (seals.length > 0) attributes[ATTR_INTEGRITY_FIELDS] = encodeFieldSeals(seals);
  return { record, leaf: sha256(leafTextOf(record, open, commitments)) };
}
