import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { Resource } from "@opentelemetry/resources";
import {
  ATTR_RECORD_ID,
  ATTR_SEQUENCE_NUMBER,
  type AuditRecord,
  type RecordAttributes,
  streamOf,
} from "../../event/index.ts";
import { toLogRecord, toResource } from "../../otel/index.ts";

/** A record that is sent again. */
export interface ResendItem {
  readonly id: string;
  readonly stream: string;
  readonly sequence: number;
  /** What it takes in its file, about. */
  readonly bytes: number;
  /** What the shipper would send. */
  readonly log: ReadableLogRecord;
}

/** Makes records what the shipper would send; exporters group them by the resource object, so there is one for each. */
export function createResendItems(): (
  record: AuditRecord,
  resource: RecordAttributes,
  bytes: number,
) => ResendItem {
  const byText = new Map<string, Resource>();
  const byObject = new WeakMap<RecordAttributes, Resource>();
  function resourceOf(attributes: RecordAttributes): Resource {
    const seen = byObject.get(attributes);
    if (seen !== undefined) return seen;
    const text = JSON.stringify(attributes);
    const resource = byText.get(text) ?? toResource(attributes);
    byText.set(text, resource);
    byObject.set(attributes, resource);
    return resource;
  }
  return (record, resource, bytes) => {
    const id = String(record.attributes[ATTR_RECORD_ID]);
    return {
      id,
      stream: streamOf(id),
      sequence: Number(record.attributes[ATTR_SEQUENCE_NUMBER]),
      bytes,
      log: toLogRecord(record, resourceOf(resource)),
    };
  };
}
