/**
 * The OpenTelemetry form of a record: what `Logger.emit` takes and what exporters send.
 *
 * The OTel timestamp is `audit.time` in whole milliseconds; the event name is `audit.<action>`.
 * Severity stays unset: OTEP 0267 says it has no meaning for audit records.
 */
import { INVALID_SPANID, type SpanContext, TraceFlags } from "@opentelemetry/api";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import {
  ATTR_ACTION,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
  type BodyMap,
  EVENT_NAME_PREFIX,
  type RecordAttributes,
  SCHEMA_URL,
  SCOPE_NAME,
} from "../event/index.ts";
import { millisOfIso } from "../lib/clock.ts";

type Scope = ReadableLogRecord["instrumentationScope"];

/** One scope object for all records: exporters group by its identity. */
const SCOPE: Scope = { name: SCOPE_NAME, schemaUrl: SCHEMA_URL };

/** The log record of an audit record, for an exporter. */
export function toLogRecord(record: AuditRecord, resource: Resource): ReadableLogRecord {
  const hrTime = hrTimeOfIso(String(record.attributes[ATTR_TIME]));
  const spanContext = spanContextOf(record);
  return {
    hrTime,
    hrTimeObserved: hrTime,
    ...(spanContext === undefined ? {} : { spanContext }),
    body: record.body,
    eventName: `${EVENT_NAME_PREFIX}${String(record.attributes[ATTR_ACTION])}`,
    resource,
    instrumentationScope: SCOPE,
    attributes: record.attributes,
    droppedAttributesCount: 0,
  };
}

/** The audit record of a log record that the audit log emitted. */
export function fromLogRecord(
  log: Pick<ReadableLogRecord, "attributes" | "body" | "spanContext">,
): AuditRecord {
  return {
    attributes: log.attributes as Record<string, AttributeValue>,
    body: (log.body ?? {}) as BodyMap,
    ...(log.spanContext === undefined
      ? {}
      : { traceId: log.spanContext.traceId, spanId: log.spanContext.spanId }),
  };
}

/** The OTel resource of a stream, from the attributes in its start record. */
export function toResource(attributes: RecordAttributes): Resource {
  return resourceFromAttributes(attributes);
}

/** Seconds and nanoseconds of a time in microseconds since the epoch, whole milliseconds. */
export function hrTimeOfMicros(micros: bigint): [number, number] {
  return hrTimeOfMillis(Math.floor(Number(micros) / 1000));
}

/** The same of an ISO time. */
function hrTimeOfIso(iso: string): [number, number] {
  return hrTimeOfMillis(millisOfIso(iso) ?? 0);
}

function hrTimeOfMillis(millis: number): [number, number] {
  const seconds = Math.floor(millis / 1000);
  return [seconds, (millis - seconds * 1000) * 1_000_000];
}

function spanContextOf(record: AuditRecord): SpanContext | undefined {
  if (record.traceId === undefined) return undefined;
  return {
    traceId: record.traceId,
    spanId: record.spanId ?? INVALID_SPANID,
    traceFlags: TraceFlags.NONE,
  };
}
