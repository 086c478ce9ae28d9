/** Values through a Collector and its file: what its redaction leaves of them. */
import { readFile } from "node:fs/promises";
import { JsonLogsSerializer } from "@opentelemetry/otlp-transformer";
import { type AuditRecord, type BodyMap, type BodyValue, recordId } from "../../src/event/index.ts";
import { toLogRecord, toResource } from "../../src/otel/index.ts";
import { recordsOfRequest } from "../support/otlp-json.ts";
import type { RunningCollector } from "./collector-process.ts";

const STREAM = "Sconformanceabcd";
/** What tells a sealed record: a commitment and a salt. */
const SEAL = `audit_actor_id:${"c".repeat(43)}:${"s".repeat(22)}`;
/** The attribute, and the key of a body, that a text is sent in. */
const TEXT = "text";

/**
 * Sends each value as a record of its own, all in one request, and reads them back from audit.jsonl.
 * A text goes as an attribute and in a body, and comes back in both forms; a map is a body.
 */
export async function throughCollector(
  { httpEndpoint, jsonFile, drained }: RunningCollector,
  values: readonly BodyValue[],
): Promise<readonly (readonly unknown[])[]> {
  const resource = toResource({ "service.name": "trainer" });
  const logs = values.map((value, at) => toLogRecord(recordOf(value, at + 1), resource));
  const response = await fetch(`${httpEndpoint}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: new TextDecoder().decode(JsonLogsSerializer.serializeRequest(logs)),
  });
  if (!response.ok)
    throw new Error(`the Collector answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
  await drained();
  const found = new Map<unknown, AuditRecord>();
  for (const line of (await readFile(jsonFile, "utf8")).split("\n")) {
    if (line === "") continue;
    for (const { record } of recordsOfRequest(line)) {
      found.set(record.attributes["audit.record.id"], record);
    }
  }
  return values.map((value, at) => {
    const record = found.get(recordId(STREAM, at + 1));
    if (record === undefined) throw new Error(`record ${at + 1} is not in ${jsonFile}`);
    return typeof value === "string" ? [record.body[TEXT], record.attributes[TEXT]] : [record.body];
  });
}

function recordOf(value: BodyValue, sequence: number): AuditRecord {
  return {
    attributes: {
      "audit.record.id": recordId(STREAM, sequence),
      "audit.record.kind": "result",
      "audit.sequence.number": sequence,
      "audit.schema.version": "1",
      "audit.time": "2026-11-21T04:40:00.123Z",
      "audit.action": "note_write",
      "audit.integrity.fields": SEAL,
      ...(typeof value === "string" ? { [TEXT]: value } : {}),
    },
    body: typeof value === "string" ? { [TEXT]: value } : (value as BodyMap),
    service: "trainer",
  };
}
