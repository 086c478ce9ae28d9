import { AuditError, messageOf } from "../lib/errors.ts";
import type { AuditRecord } from "../event/portable.ts";
import { type FlatRecord, fromFlat, toFlat } from "./flat.ts";
import { flatProblem, isFlatRecord } from "./flat-check.ts";

/** One record as one line of JSON, without the line end. What JSON.stringify gives, so never a raw line break. */
export function encodeJsonLine(record: AuditRecord): string {
  return JSON.stringify(toFlat(record));
}

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
  throw new AuditError("unreadable", `not an audit record: ${flatProblem(value) ?? ""}`);
}

/** The same; undefined where the text is no record. */
export function tryParseFlatLine(line: string): FlatRecord | undefined {
  try {
    return parseFlatLine(line);
  } catch {
    return undefined;
  }
}
