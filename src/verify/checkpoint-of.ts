/** What the record of a checkpoint carries. */
import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_IMPACT,
  ATTR_RECORD_KIND,
  ATTR_SCHEMA_VERSION,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
  CHECKPOINT,
  SCHEMA_VERSION,
} from "../event/portable.ts";
import { attributeKeyOf, sealedFieldsOf, textOf as textOfValue } from "../seal/portable.ts";
import { MAX_HASHES } from "./check-checkpoint.ts";
import type { RecordDetail } from "./examined-block.ts";

/** Fields of the record of a checkpoint, and the value of those that are the same in all of them. */
const OF_CHECKPOINTS: ReadonlyMap<string, string | undefined> = new Map([
  [ATTR_RECORD_KIND, "checkpoint"],
  [ATTR_ACTION, CHECKPOINT],
  [ATTR_CATEGORY, "audit"],
  [ATTR_IMPACT, "low"],
  [ATTR_SCHEMA_VERSION, SCHEMA_VERSION],
  [ATTR_CHECKPOINT_NOTE, undefined],
  [ATTR_CHECKPOINT_LEAVES, undefined],
  [ATTR_CHECKPOINT_SUBTREES, undefined],
]);

/** Its note does not sign the rest of the record: nothing else may stand there. */
function additionTo({ attributes, body, traceId, spanId }: AuditRecord): string | undefined {
  if (traceId !== undefined || spanId !== undefined) return "a trace";
  const [leaf] = sealedFieldsOf({ attributes: {}, body });
  if (leaf !== undefined) return leaf.name;
  for (const name in attributes) {
    if (textOfValue(attributes[name]) === "") continue;
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
    note: textOf(attributes[ATTR_CHECKPOINT_NOTE]),
    leaves: hashTextsOf(attributes[ATTR_CHECKPOINT_LEAVES]),
    subtrees: hashTextsOf(attributes[ATTR_CHECKPOINT_SUBTREES]),
    time: textOf(attributes[ATTR_TIME]),
  };
}

function textOf(value: AttributeValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Stands for everything that is no list of texts: no checkpoint with it is sound. */
const NO_LIST: readonly string[] = ["no hash"];

function hashTextsOf(value: AttributeValue | undefined): readonly string[] {
  const isAbsent = value === undefined || value === "";
  return isAbsent ? [] : (textsOf(value) ?? NO_LIST).slice(0, MAX_HASHES + 1);
}

/** Some stores give lists as their JSON. Undefined: it is no list of texts. */
export function textsOf(value: AttributeValue | undefined): readonly string[] | undefined {
  if (typeof value === "object") return value;
  if (typeof value !== "string") return undefined;
  try {
    const list: unknown = JSON.parse(value);
    return isTexts(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
