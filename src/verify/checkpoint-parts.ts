import {
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_RECORD_KIND,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
} from "../event/portable.ts";
import type { CheckpointParts } from "./check-checkpoint.ts";

/** What a record carries of a checkpoint; undefined where it is of another kind. */
export function checkpointOf({
  attributes,
}: AuditRecord): (CheckpointParts & { readonly time: string }) | undefined {
  if (attributes[ATTR_RECORD_KIND] !== "checkpoint") return undefined;
  return {
    note: String(attributes[ATTR_CHECKPOINT_NOTE] ?? ""),
    leaves: listOf(attributes[ATTR_CHECKPOINT_LEAVES]),
    subtrees: listOf(attributes[ATTR_CHECKPOINT_SUBTREES]),
    time: String(attributes[ATTR_TIME] ?? ""),
  };
}

/** The texts of a list; some stores give lists as their JSON. */
export function listOf(value: AttributeValue | undefined): readonly string[] {
  if (typeof value === "object") return value;
  if (typeof value !== "string") return [];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}
