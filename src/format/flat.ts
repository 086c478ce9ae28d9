import {
  ATTR_ACTION,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_OUTCOME,
  ATTR_RECORD_ID,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
  type BodyMap,
  type RecordAttributes,
  streamOf,
} from "../event/portable.ts";
import { ATTRIBUTE_COLUMNS } from "./columns.ts";

/** `success` when the outcome is success or there is none, else `failed`: the two values of the seeds' shape. */
export type Status = "success" | "failed";

/** A record in the shape that the JSON line and the CSV row share. Absent values are absent keys. */
export interface FlatRecord {
  readonly timestamp: string;
  readonly action_type: string;
  readonly status: Status;
  readonly details: BodyMap;
  readonly error: string | null;
  readonly record_id: string;
  readonly stream: string;
  readonly sequence: number;
  readonly kind: string;
  readonly call_id?: string;
  readonly outcome?: string;
  readonly actor_id?: string;
  readonly actor_type?: string;
  readonly target_type?: string;
  readonly target_id?: string;
  readonly reason?: string;
  readonly method?: string;
  readonly rpc_status?: string;
  readonly duration_ms?: number;
  readonly source?: string;
  readonly service?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly attributes: RecordAttributes;
  readonly resource?: RecordAttributes;
}

/** Attributes that a flat record shows under another name, or can compute. */
export const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set([
  ATTR_TIME,
  ATTR_ACTION,
  ATTR_EXCEPTION_MESSAGE,
  ...ATTRIBUTE_COLUMNS.map(([, attribute]) => attribute),
]);

/** The flat form of a record. Key order is the column order: it is the order in the file. */
export function toFlat(record: AuditRecord): FlatRecord {
  const { attributes } = record;
  const flat: Record<string, unknown> = {
    timestamp: attributes[ATTR_TIME],
    action_type: attributes[ATTR_ACTION],
    status: statusOf(attributes[ATTR_OUTCOME]),
    details: record.body,
    error: attributes[ATTR_EXCEPTION_MESSAGE] ?? null,
  };
  for (const [column, attribute] of ATTRIBUTE_COLUMNS) {
    const value = attributes[attribute];
    if (value !== undefined) flat[column] = value;
    if (column === "record_id") flat["stream"] = streamOf(String(attributes[ATTR_RECORD_ID]));
  }
  if (record.service !== undefined) flat["service"] = record.service;
  if (record.traceId !== undefined) flat["trace_id"] = record.traceId;
  if (record.spanId !== undefined) flat["span_id"] = record.spanId;
  flat["attributes"] = otherAttributes(attributes);
  if (record.resource !== undefined) flat["resource"] = record.resource;
  return flat as unknown as FlatRecord;
}

/** The status that follows from an outcome. */
export function statusOf(outcome: AttributeValue | undefined): Status {
  return outcome === undefined || outcome === "success" ? "success" : "failed";
}

function otherAttributes(attributes: RecordAttributes): RecordAttributes {
  const others: Record<string, AttributeValue> = {};
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined && !SHOWN_ELSEWHERE.has(key)) others[key] = value;
  }
  return others;
}

/** The record of a flat form: the exact inverse of {@link toFlat}. */
export function fromFlat(flat: FlatRecord): AuditRecord {
  const attributes: Record<string, AttributeValue> = {
    [ATTR_TIME]: flat.timestamp,
    [ATTR_ACTION]: flat.action_type,
  };
  for (const [column, attribute] of ATTRIBUTE_COLUMNS) {
    const value = flat[column as keyof FlatRecord];
    if (typeof value === "string" || typeof value === "number") attributes[attribute] = value;
  }
  if (flat.error !== null) attributes[ATTR_EXCEPTION_MESSAGE] = flat.error;
  return {
    attributes: { ...attributes, ...flat.attributes },
    body: flat.details,
    ...(flat.trace_id === undefined ? {} : { traceId: flat.trace_id }),
    ...(flat.span_id === undefined ? {} : { spanId: flat.span_id }),
    ...(flat.service === undefined ? {} : { service: flat.service }),
    ...(flat.resource === undefined ? {} : { resource: flat.resource }),
  };
}
