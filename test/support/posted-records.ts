/** Audit records as a service would send them to a Collector, and what of them stands in its files. */
import { readFile } from "node:fs/promises";
import { JsonLogsSerializer } from "@opentelemetry/otlp-transformer";
import { type AttributeValue, type AuditRecord, recordId } from "../../src/event/index.ts";
import { toLogRecord, toResource } from "../../src/otel/index.ts";

/** The stream of {@link resultRecord}. */
export const STREAM = "Sabcdefghijklmno";
/** What tells a sealed record: a commitment and a salt. */
const SEAL = `audit_actor_id:${"c".repeat(43)}:${"s".repeat(22)}`;

/** A result with everything that a record must have; the rest is the test's. */
export function resultRecord(
  sequence: number,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  rest: Partial<AuditRecord> = {},
): AuditRecord {
  return {
    attributes: {
      "audit.record.id": recordId(STREAM, sequence),
      "audit.record.kind": "result",
      "audit.sequence.number": sequence,
      "audit.schema.version": "1",
      "audit.time": "2026-11-21T04:40:00.123Z",
      "audit.action": "hp_change",
      "audit.integrity.fields": SEAL,
      ...attributes,
    },
    body: {},
    service: "trainer",
    ...rest,
  };
}

/** Ids of {@link resultRecord} for these numbers. */
export function resultIds(...sequences: readonly number[]): readonly string[] {
  return sequences.map((sequence) => recordId(STREAM, sequence));
}

/** An OTLP request (JSON), the bytes that the exporter of the process sends; a resource for each service. */
export function otlpRequest(records: readonly AuditRecord[]): string {
  const names = new Set(records.map(({ service = "trainer" }) => service));
  const resources = new Map([...names].map((name) => [name, toResource({ "service.name": name })]));
  const logs = records.flatMap((record) => {
    const resource = resources.get(record.service ?? "trainer");
    return resource === undefined ? [] : [toLogRecord(record, resource)];
  });
  return new TextDecoder().decode(JsonLogsSerializer.serializeRequest(logs));
}

/** Sends them over OTLP/HTTP; gives the status. 200 is accepted, not yet in a file. */
export async function postRecords(
  endpoint: string,
  records: readonly AuditRecord[],
): Promise<number> {
  const response = await fetch(`${endpoint}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: otlpRequest(records),
  });
  await response.text();
  return response.status;
}

/** Record ids in a file of OTLP JSON, in its order, with doubles; none where there is no file. */
export async function recordIdsIn(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const found = text.matchAll(/"audit\.record\.id","value":\{"stringValue":"([^"]+)"/g);
  return [...found].map(([, id]) => id ?? "");
}
