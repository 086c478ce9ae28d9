/** What the record of a checkpoint carries. */
import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_IMPACT,
  ATTR_INTEGRITY_FIELDS,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
  CHECKPOINT,
} from "../event/portable.ts";
import { attributeKeyOf, sealedFieldsOf } from "../seal/portable.ts";
import { MAX_HASHES } from "./check-checkpoint.ts";
import type { RecordDetail } from "./examined-block.ts";

/** Attributes of the record of a checkpoint, and the value of those that are the same in all of them. */
const OF_CHECKPOINTS: ReadonlyMap<string, string | undefined> = new Map([
  [ATTR_RECORD_KIND, "checkpoint"],
  [ATTR_ACTION, CHECKPOINT],
  [ATTR_CATEGORY, "audit"],
  [ATTR_IMPACT, "low"],
  [ATTR_TIME, undefined],
  [ATTR_RECORD_ID, undefined],
  [ATTR_SEQUENCE_NUMBER, undefined],
  [ATTR_SCHEMA_VERSION, undefined],
  [ATTR_CHECKPOINT_NOTE, undefined],
  [ATTR_CHECKPOINT_LEAVES, undefined],
  [ATTR_CHECKPOINT_SUBTREES, undefined],
  [ATTR_INTEGRITY_FIELDS, undefined],
]);

/** Its note does not sign the rest of the record: nothing else may stand there. */
function additionTo({ attributes, body, traceId, spanId }: AuditRecord): string | undefined {
  if (traceId !== undefined || spanId !== undefined) return "a trace";
  const [leaf] = sealedFieldsOf({ attributes: {}, body });
  if (leaf !== undefined) return leaf.name;
  for (const name in attributes) {
    const wanted = OF_CHECKPOINTS.get(name);
    const isAdded = !OF_CHECKPOINTS.has(name) && attributeKeyOf(name) !== null;
    if (isAdded || (wanted !== undefined && attributes[name] !== wanted)) return name;
  }
  return undefined;
}

/** Undefined: it is no checkpoint. */
export function checkpointOf(record: AuditRecord): RecordDetail["checkpoint"] {
  const { attributes } = record;
  if (attributes[ATTR_RECORD_KIND] !== "checkpoint") return undefined;
  const addition = additionTo(record);
  return {
    ...(addition === undefined ? {} : { addition }),
    note: String(attributes[ATTR_CHECKPOINT_NOTE] ?? ""),
    leaves: textsOf(attributes[ATTR_CHECKPOINT_LEAVES]).slice(0, MAX_HASHES + 1),
    subtrees: textsOf(attributes[ATTR_CHECKPOINT_SUBTREES]).slice(0, MAX_HASHES + 1),
    time: String(attributes[ATTR_TIME] ?? ""),
  };
}

/** Some stores give lists as their JSON. */
export function textsOf(value: AttributeValue | undefined): readonly string[] {
  if (typeof value === "object") return value;
  if (typeof value !== "string") return [];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}
