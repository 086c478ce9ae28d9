import { z } from "zod";
import { AuditError, messageOf } from "../lib/errors.ts";
import type { AuditRecord, BodyMap } from "../event/portable.ts";
import { type FlatRecord, fromFlat, toFlat } from "./flat.ts";
import { isFlatRecord } from "./flat-check.ts";

/** One record as one line of JSON, without the line end. What JSON.stringify gives, so never a raw line break. */
export function encodeJsonLine(record: AuditRecord): string {
  return JSON.stringify(toFlat(record));
}

/** JSON.parse can only give plain JSON, so being a map is all that is left to check. */
const bodyMap = z.custom<BodyMap>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be a map",
);
const attributeMap = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
);
const text = z.string().optional();

/** Says what is wrong with a line. Later versions may add keys: unknown ones are never refused. */
const flatRecord = z.object({
  timestamp: z.string(),
  action_type: z.string(),
  status: z.enum(["success", "failed"]),
  details: bodyMap,
  error: z.string().nullable(),
  record_id: z.string(),
  stream: z.string(),
  sequence: z.number().int(),
  kind: z.string(),
  call_id: text,
  outcome: text,
  actor_id: text,
  actor_type: text,
  target_type: text,
  target_id: text,
  reason: text,
  method: text,
  rpc_status: text,
  duration_ms: z.number().optional(),
  source: text,
  service: text,
  trace_id: text,
  span_id: text,
  attributes: attributeMap,
  resource: attributeMap.optional(),
});

/**
 * The record of one JSON line.
 *
 * @throws {AuditError} `unreadable` when the text is not JSON or not a record; the message says what is wrong.
 */
export function decodeJsonLine(line: string): AuditRecord {
  return fromFlat(parseFlatLine(line));
}

/**
 * The flat form of one JSON line, for those who only pass it on.
 *
 * @throws {AuditError} `unreadable` when the text is not JSON or not a record.
 */
export function parseFlatLine(line: string): FlatRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AuditError("unreadable", `not a JSON line: ${messageOf(error)}`, { cause: error });
  }
  if (isFlatRecord(value)) return value;
  const parsed = flatRecord.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".") ?? "";
    throw new AuditError(
      "unreadable",
      `not an audit record: ${where} ${issue?.message ?? ""}`.trim(),
    );
  }
  return parsed.data as unknown as FlatRecord;
}

/** The same; undefined where the text is no record. */
export function tryParseFlatLine(line: string): FlatRecord | undefined {
  try {
    return parseFlatLine(line);
  } catch {
    return undefined;
  }
}
