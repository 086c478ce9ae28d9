import { hash } from "node:crypto";
import {
  ATTR_ACTION,
  ATTR_INTEGRITY_FIELDS,
  type AttributeValue,
  type AuditRecord,
} from "../event/portable.ts";
import { encodeFieldSeals, type FieldSeal } from "./field-seals.ts";
import { commitmentText, leafText } from "./leaf.ts";
import type { IsRedactable } from "./redactable.ts";
import { newSalt } from "./salts.ts";
import { distinctBody } from "./distinct-body.ts";
import { type SealedField, sealedFieldsOf } from "./sealed-fields.ts";

/**
 * Seals a record that has its place in the stream: adds to its attributes what makes it provable
 * when its fields are redacted. A body with two names that a store would take for one gets a number
 * behind the later one.
 *
 * @returns the record, whose attributes are those that were given, and its leaf.
 */
export function sealRecord(
  record: AuditRecord,
  redactableOf: (action: string) => IsRedactable,
): { readonly record: AuditRecord; readonly leaf: Uint8Array } {
  const attributes: Record<string, AttributeValue> = record.attributes;
  // Nobody else's word for it.
  if (attributes[ATTR_INTEGRITY_FIELDS] !== undefined) delete attributes[ATTR_INTEGRITY_FIELDS];
  const { sealable, fields } = withoutClashes(record);
  const isRedactable = redactableOf(String(attributes[ATTR_ACTION]));
  const seals: FieldSeal[] = [];
  for (const field of fields) {
    const { key, text, isBody } = field;
    if (isRedactable(field)) {
      const salt = newSalt();
      const commitment = hash("sha256", commitmentText(salt, key, text), "base64url");
      seals.push({ key, commitment, salt });
    } else if (isBody) seals.push({ key });
  }
  if (seals.length > 0) attributes[ATTR_INTEGRITY_FIELDS] = encodeFieldSeals(seals);
  return { record: sealable, leaf: hash("sha256", leafText(sealable, fields, seals), "buffer") };
}

interface Sealable {
  readonly sealable: AuditRecord;
  readonly fields: readonly SealedField[];
}

function withoutClashes(record: AuditRecord): Sealable {
  const fields = sealedFieldsOf(record);
  if (!fields.some(({ key }, at) => key === fields[at + 1]?.key))
    return { sealable: record, fields };
  const sealable = { ...record, body: distinctBody(record.body) };
  return { sealable, fields: sealedFieldsOf(sealable) };
}
