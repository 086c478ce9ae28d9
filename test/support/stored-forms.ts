/** Records as each form has them, for tests that read them back. */
import { JsonLogsSerializer } from "@opentelemetry/otlp-transformer";
import type { AuditRecord, BodyMap, BodyValue } from "../../src/event/index.ts";
import { CSV_HEADER, encodeCsvRow, encodeJsonLine } from "../../src/format/index.ts";
import { toLogRecord, toResource } from "../../src/otel/index.ts";
import { canonicalJson } from "../../src/lib/canonical-json.ts";
import type { Form } from "../../src/read/block.ts";
import { keyOf } from "../../src/seal/portable.ts";

/** The text of a file of records. VictoriaLogs' way with null in lists is not done. */
export const TEXT_OF: Readonly<Record<Form, (records: readonly AuditRecord[]) => string>> = {
  "json-lines": (records) => records.map((record) => `${encodeJsonLine(record)}\n`).join(""),
  "json-array": (records) => `[\n${records.map(encodeJsonLine).join(",\n")}\n]\n`,
  csv: (records) => CSV_HEADER + records.map(encodeCsvRow).join(""),
  otlp: (records) => `${otlpRequest(records)}\n`,
  victorialogs: (records) => records.map((record) => `${victoriaLine(record)}\n`).join(""),
  loki: (records) => `${lokiAnswer(records)}\n`,
};

/** What an exporter sends. */
export function otlpRequest(records: readonly AuditRecord[]): string {
  const resource = toResource({ "service.name": records[0]?.service ?? "trainer" });
  return new TextDecoder().decode(
    JsonLogsSerializer.serializeRequest(records.map((record) => toLogRecord(record, resource))),
  );
}

function victoriaLine({ attributes, body, traceId, spanId, service }: AuditRecord): string {
  const fields = Object.entries(attributes).map(([name, value]) => [name, victoriaText(value)]);
  return JSON.stringify({
    _time: String(attributes["audit.time"]).replace(/\d{3}Z$/, "Z"),
    _stream: '{service.name="trainer"}',
    ...Object.fromEntries(fields),
    // Only a record that is sealed says which of its fields are the body's.
    ...Object.fromEntries("audit.integrity.fields" in attributes ? leavesOf(body, "") : []),
    ...(traceId === undefined ? {} : { trace_id: traceId, span_id: spanId }),
    ...(service === undefined ? {} : { "service.name": service }),
  });
}

/** Without what VictoriaLogs drops: null, empty texts and empty maps. */
function leavesOf(map: BodyMap, path: string): readonly (readonly [string, string])[] {
  return Object.entries(map).flatMap(([name, value]) => {
    if (value === null || value === "") return [];
    if (typeof value === "object" && !Array.isArray(value))
      return leavesOf(value as BodyMap, `${path}${name}.`);
    return [[`${path}${name}`, victoriaText(value)] as const];
  });
}

/** An answer with the metadata beside each line. */
export function lokiAnswer(records: readonly AuditRecord[]): string {
  const values = records.map((record) => [
    `${Date.parse(String(record.attributes["audit.time"]))}000000`,
    canonicalJson(record.body),
    { structuredMetadata: lokiMetadata(record) },
  ]);
  const result = [{ stream: { service_name: "trainer" }, values }];
  return JSON.stringify({ status: "success", data: { resultType: "streams", result, stats: {} } });
}

/** Attributes and ids under the names that Loki gives them. */
export function lokiMetadata({ attributes, traceId, spanId }: AuditRecord): object {
  return Object.fromEntries([
    ...Object.entries(attributes).map(([name, value]) => [keyOf(name), textOf(value)]),
    ...(traceId === undefined ? [] : [["trace_id", traceId]]),
    ...(spanId === undefined ? [] : [["span_id", spanId]]),
    ["severity_number", "0"],
    ["scope_name", "otel-audit"],
  ]) as object;
}

function textOf(value: BodyValue): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

function victoriaText(value: BodyValue): string {
  const text = textOf(value);
  return Array.isArray(value) ? text.replaceAll("<", "\\u003c").replaceAll("'", "\\u0027") : text;
}
