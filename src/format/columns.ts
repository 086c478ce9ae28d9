/**
 * The columns that the JSON line and the CSV row share, in the order of the CSV header.
 *
 * The first five are the shape of the WeightsLab audit log; `attributes` collects every attribute
 * that has no column of its own, so neither the header nor the keys ever change.
 */
import {
  ATTR_ACTOR_ID,
  ATTR_ACTOR_TYPE,
  ATTR_CALL_DURATION,
  ATTR_CALL_ID,
  ATTR_OUTCOME,
  ATTR_REASON,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SOURCE_ID,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
} from "../event/portable.ts";

/** The CSV header, and the keys of a flat line. */
export const COLUMNS = [
  "timestamp",
  "action_type",
  "status",
  "details",
  "error",
  "record_id",
  "stream",
  "sequence",
  "kind",
  "call_id",
  "outcome",
  "actor_id",
  "actor_type",
  "target_type",
  "target_id",
  "reason",
  "method",
  "rpc_status",
  "duration_ms",
  "source",
  "service",
  "trace_id",
  "span_id",
  "attributes",
] as const;

/** The name of a column. */
export type Column = (typeof COLUMNS)[number];

/** The columns that hold one attribute as it is. */
export const ATTRIBUTE_COLUMNS: readonly (readonly [column: Column, attribute: string])[] = [
  ["record_id", ATTR_RECORD_ID],
  ["sequence", ATTR_SEQUENCE_NUMBER],
  ["kind", ATTR_RECORD_KIND],
  ["call_id", ATTR_CALL_ID],
  ["outcome", ATTR_OUTCOME],
  ["actor_id", ATTR_ACTOR_ID],
  ["actor_type", ATTR_ACTOR_TYPE],
  ["target_type", ATTR_TARGET_TYPE],
  ["target_id", ATTR_TARGET_ID],
  ["reason", ATTR_REASON],
  ["method", ATTR_RPC_METHOD],
  ["rpc_status", ATTR_RPC_STATUS_CODE],
  ["duration_ms", ATTR_CALL_DURATION],
  ["source", ATTR_SOURCE_ID],
];

/** The columns whose value is a number. */
export const NUMERIC_COLUMNS: ReadonlySet<Column> = new Set<Column>(["sequence", "duration_ms"]);
