import type { AuditRecord, BodyValue, RecordAttributes } from "otel-audit/read";
import { ATTR_ACTION, ATTR_TIME, EVENT_NAME_PREFIX } from "../../src/event/index.ts";

/** A request as a line of the Collector's file exporter: integers as text, empty ids, the body as pairs. */
export function otlpLine(records: readonly AuditRecord[], resource: RecordAttributes): string {
  const logRecords = records.map(({ attributes, body, traceId = "", spanId = "" }) => {
    const time = `${Date.parse(String(attributes[ATTR_TIME]))}000000`;
    return {
      timeUnixNano: time,
      observedTimeUnixNano: time,
      body: anyValue(body),
      attributes: pairsOf(attributes),
      traceId,
      spanId,
      eventName: `${EVENT_NAME_PREFIX}${String(attributes[ATTR_ACTION])}`,
    };
  });
  const scopeLogs = [{ scope: { name: "otel-audit" }, logRecords }];
  return JSON.stringify({
    resourceLogs: [{ resource: { attributes: pairsOf(resource) }, scopeLogs }],
  });
}

function pairsOf(map: Readonly<Record<string, BodyValue>>): readonly object[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: BodyValue): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (value === null) return {};
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: pairsOf(value as Readonly<Record<string, BodyValue>>) } };
}
