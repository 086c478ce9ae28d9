/** Records that say what a test wants said, at times that it chooses. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditRecord, BodyMap } from "../../src/event/index.ts";
import { encodeJsonLine, type FlatRecord, toFlat } from "../../src/format/index.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Stream of the records. */
export const STREAM = "AbCdEfGhIjKlMnOp";

/** What a record says; the rest is as of a plain success. */
export interface Told {
  /** Minutes after 10:00. */
  readonly at: number;
  readonly action: string;
  readonly details?: BodyMap;
  readonly actor?: string;
  readonly target?: readonly [type: string, id: string];
  readonly outcome?: "success" | "failure" | "denied" | "unknown";
  readonly kind?: string;
  readonly error?: string;
  readonly service?: string;
  readonly call?: string;
  readonly trace?: string;
  readonly attributes?: AuditRecord["attributes"];
  readonly stream?: string;
}

/** Time of the records: minutes after 10:00, the seconds and below being 0. */
export function timeAt(minutes: number): string {
  return new Date(Date.UTC(2026, 9, 1, 10) + minutes * 60_000).toISOString().replace("Z", "000Z");
}

/** One record. */
export function told(sequence: number, one: Told): AuditRecord {
  const { at, action, details = {}, actor = "ann", target, outcome = "success", error } = one;
  const { stream = STREAM, call, trace, service = "trainer", kind = "result" } = one;
  return {
    attributes: {
      "audit.record.id": `${stream}.${sequence}`,
      "audit.record.kind": kind,
      "audit.sequence.number": sequence,
      "audit.schema.version": "1",
      "audit.time": timeAt(at),
      "audit.action": action,
      "audit.outcome": outcome,
      "audit.actor.id": actor,
      "audit.actor.type": "user",
      ...(target === undefined
        ? {}
        : { "audit.target.type": target[0], "audit.target.id": target[1] }),
      ...(error === undefined ? {} : { "exception.message": error }),
      ...(call === undefined ? {} : { "audit.call.id": call }),
      ...one.attributes,
    },
    body: details,
    service,
    ...(trace === undefined ? {} : { traceId: trace, spanId: "b7ad6b7169203331" }),
  };
}

/** The same as flat records, numbered from 1. */
export function flatRecords(...records: readonly Told[]): readonly FlatRecord[] {
  return records.map((one, at) => toFlat(told(at + 1, one)));
}

/** A file of them, numbered from 1. */
export function writtenRecords(...records: readonly Told[]): string {
  const file = join(temporaryDirectory(), "records.jsonl");
  writeFileSync(file, records.map((one, at) => `${encodeJsonLine(told(at + 1, one))}\n`).join(""));
  return file;
}
