/** Reads OTLP/HTTP JSON log requests back into audit records, as a receiver would. */
import type { AttributeValue, AuditRecord, BodyMap, BodyValue } from "../../src/event/index.ts";

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface LogsRequest {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly eventName?: string;
        readonly body: AnyValue;
        readonly attributes: readonly KeyValue[];
        readonly traceId?: string;
        readonly spanId?: string;
      }[];
    }[];
  }[];
}

/** The records of one request, each with its event name. */
export function recordsOfRequest(
  text: string,
): readonly { readonly eventName: string | undefined; readonly record: AuditRecord }[] {
  const { resourceLogs } = JSON.parse(text) as LogsRequest;
  return resourceLogs.flatMap(({ resource, scopeLogs }) => {
    const service = mapOf(resource.attributes)["service.name"];
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((log) => ({
        eventName: log.eventName,
        record: {
          attributes: mapOf(log.attributes) as Readonly<Record<string, AttributeValue>>,
          body: valueOf(log.body) as BodyMap,
          ...(log.traceId === undefined || log.traceId === "" ? {} : { traceId: log.traceId }),
          ...(log.spanId === undefined || log.spanId === "" ? {} : { spanId: log.spanId }),
          ...(typeof service === "string" ? { service } : {}),
        },
      })),
    );
  });
}

function mapOf(pairs: readonly KeyValue[]): BodyMap {
  const map: Record<string, BodyValue> = {};
  for (const { key, value } of pairs) map[key] = valueOf(value);
  return map;
}

function valueOf(value: AnyValue): BodyValue {
  if (value.kvlistValue !== undefined) return mapOf(value.kvlistValue.values ?? []);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}
