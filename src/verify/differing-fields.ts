import {
  ATTR_ACTION,
  ATTR_INTEGRITY_FIELDS,
  ATTR_TIME,
  type AuditRecord,
} from "../event/portable.ts";
import { decodeFieldSeals, isCommitted, keyOf, sealedFieldsOf } from "../seal/portable.ts";

/**
 * Keys (docs/format.md, "Keys") of what two copies of a record seal differently, in ascending order.
 * What stands at the head of the leaf is `audit_time`, `audit_action`, `trace_id`, `span_id`. Where
 * one of them commits to a field, the commitments are compared, and no value.
 */
export function differingFields(left: AuditRecord, right: AuditRecord): readonly string[] {
  const [ofLeft, ofRight] = [sealedOf(left), sealedOf(right)];
  const keys = new Set([...ofLeft.keys(), ...ofRight.keys()]);
  return [...keys].filter((key) => ofLeft.get(key) !== ofRight.get(key)).toSorted();
}

/** What goes into the leaf, by key. */
function sealedOf(record: AuditRecord): ReadonlyMap<string, string> {
  const { attributes, traceId = "", spanId = "" } = record;
  const sealed = new Map<string, string>();
  // Fields with one key are joined: whoever has others, or another number of them, differs.
  for (const { key, text } of sealedFieldsOf(record)) {
    sealed.set(key, JSON.stringify([sealed.get(key) ?? "", text]));
  }
  const seals = decodeFieldSeals(String(attributes[ATTR_INTEGRITY_FIELDS] ?? "")) ?? [];
  for (const seal of seals) if (isCommitted(seal)) sealed.set(seal.key, seal.commitment);
  sealed.set(keyOf(ATTR_TIME), String(attributes[ATTR_TIME] ?? ""));
  sealed.set(keyOf(ATTR_ACTION), String(attributes[ATTR_ACTION] ?? ""));
  sealed.set("trace_id", traceId);
  sealed.set("span_id", spanId);
  return sealed;
}
