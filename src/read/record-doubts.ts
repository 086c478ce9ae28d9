/** What every form can say in contradiction. */
import {
  ATTR_ACTION,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SEQUENCE_NUMBER,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
  recordId,
  type RecordAttributes,
  streamOf,
} from "../event/portable.ts";
import { millisOfIso } from "../lib/clock.ts";
import { shown } from "../lib/shown.ts";
import type { Found } from "./block.ts";

/** A record without doubts. */
export const NO_DOUBTS: readonly string[] = [];

/** What no record is without; the record id apart, without which there is no record. */
const ALWAYS_THERE = [ATTR_RECORD_KIND, ATTR_SEQUENCE_NUMBER, ATTR_TIME, ATTR_ACTION];

/** A record that a store gave back, as attributes and a body. */
export interface StoredRecord {
  readonly record: AuditRecord;
  readonly line: number;
  readonly doubts: readonly string[];
  /** The time that the store shows, whole milliseconds since the epoch; absent: it shows none; NaN: what is no time. */
  readonly shownMillis?: number | undefined;
}

/** The record, with what it says in contradiction to itself; a problem where it has no record id. */
export function foundOf({ record, line, doubts, shownMillis }: StoredRecord): Found {
  const { attributes } = record;
  const id = attributes[ATTR_RECORD_ID];
  if (typeof id !== "string" || id === "")
    return { kind: "problem", message: `not an audit record: it has no ${ATTR_RECORD_ID}`, line };
  const own = [
    ...absenceDoubts(attributes),
    ...idDoubts(id, attributes),
    ...timeDoubts(attributes[ATTR_TIME], shownMillis),
  ];
  return { kind: "record", record, line, doubts: own.length === 0 ? doubts : [...doubts, ...own] };
}

/** What is always there, and is not; an empty text is absent. */
export function absenceDoubts(attributes: RecordAttributes): readonly string[] {
  const absent = ALWAYS_THERE.filter((name) => (attributes[name] ?? "") === "");
  return absent.length === 0 ? NO_DOUBTS : absent.map((name) => `it has no ${name}`);
}

function idDoubts(id: string, attributes: RecordAttributes): readonly string[] {
  const sequence = attributes[ATTR_SEQUENCE_NUMBER];
  return sequence === undefined || id === `${streamOf(id)}.${String(sequence)}`
    ? NO_DOUBTS
    : [`the record id is ${shown(id)}, and the sequence number ${shown(sequence)}`];
}

function timeDoubts(
  time: AttributeValue | undefined,
  shownMillis: number | undefined,
): readonly string[] {
  if (typeof time !== "string" || shownMillis === undefined) return NO_DOUBTS;
  return millisOfIso(time) === shownMillis
    ? NO_DOUBTS
    : [`it is shown with another time than its ${ATTR_TIME}, ${shown(time)}`];
}

/** What a flat record says of its place, against its id. */
export function placeDoubts(id: string, stream: string, sequence: number): readonly string[] {
  return id === recordId(stream, sequence)
    ? NO_DOUBTS
    : [
        `the record id is ${shown(id)}, but stream and sequence are ${shown(recordId(stream, sequence))}`,
      ];
}

/** Milliseconds of a text of nanoseconds since the epoch; NaN where it is anything else, undefined where it is absent. */
export function millisOfNanos(nanos: unknown): number | undefined {
  if (nanos === undefined || nanos === null) return undefined;
  if (typeof nanos !== "string" || !/^[1-9]\d{6,18}$/.test(nanos)) return Number.NaN;
  return Number(nanos.slice(0, -6));
}

/** The same of a text as RFC 3339 has it. */
export function millisOfShown(time: unknown): number | undefined {
  if (time === undefined || time === null) return undefined;
  return (typeof time === "string" ? millisOfIso(time) : undefined) ?? Number.NaN;
}

const ALL_ZERO = /^0*$/;

/** The ids of a trace and a span, where there are any. */
export function traceIds(
  traceId: unknown,
  spanId: unknown,
): Pick<AuditRecord, "traceId" | "spanId"> {
  return {
    ...(isTraceId(traceId) ? { traceId } : {}),
    ...(isTraceId(spanId) ? { spanId } : {}),
  };
}

function isTraceId(value: unknown): value is string {
  return typeof value === "string" && !ALL_ZERO.test(value);
}
