/** Values through a Collector and its file: what its redaction leaves of them. */
import { readFile } from "node:fs/promises";
import { type AuditRecord, type BodyMap, type BodyValue, recordId } from "../../src/event/index.ts";
import { recordsOfRequest } from "../support/otlp-json.ts";
import { postRecords, resultRecord, STREAM } from "../support/posted-records.ts";
import type { RunningCollector } from "./collector-process.ts";

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
  const records = values.map((value, at) => recordOf(value, at + 1));
  const status = await postRecords(httpEndpoint, records);
  if (status !== 200) throw new Error(`the Collector answered ${status}`);
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
  const isText = typeof value === "string";
  return resultRecord(
    sequence,
    { "audit.action": "note_write", ...(isText ? { [TEXT]: value } : {}) },
    { body: isText ? { [TEXT]: value } : (value as BodyMap) },
  );
}
