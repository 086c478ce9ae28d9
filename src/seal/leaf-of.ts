import { ATTR_INTEGRITY_FIELDS, type AuditRecord } from "../event/portable.ts";
import { decodeFieldSeals } from "./field-seals.ts";
import { leafText } from "./leaf.ts";
import { sealedFieldsOf } from "./sealed-fields.ts";
import { sha256 } from "./sha256.ts";

/** The leaf of a record as it stands on disk; undefined where what it says of its fields is no such list. */
export function leafOf(record: AuditRecord): Uint8Array | undefined {
  const seals = decodeFieldSeals(String(record.attributes[ATTR_INTEGRITY_FIELDS] ?? ""));
  if (seals === undefined) return undefined;
  return sha256(leafText(record, sealedFieldsOf(record), seals));
}
