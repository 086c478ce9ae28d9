/** A flat record that was parsed, from a JSON line or a CSV row. */
import type { AuditRecord } from "../event/portable.ts";
import {
  COLUMNS,
  type FlatRecord,
  fromFlat,
  isFlatRecord,
  parseFlatLine,
  SHOWN_ELSEWHERE,
  statusOf,
} from "../format/portable.ts";
import { messageOf } from "../lib/errors.ts";
import { shown } from "../lib/shown.ts";
import type { Found } from "./block.ts";
import { knownNames } from "./other-names.ts";
import { absenceDoubts, placeDoubts, traceIds } from "./record-doubts.ts";

/** Where a flat record stands, and what is known of its text. */
export interface FlatPlace {
  readonly line: number;
  /** What its text says twice. */
  readonly doubts: readonly string[];
  /** The text as JSON: asked only where the value is no record, to say why. */
  readonly text: () => string;
}

/** The record of a parsed value. */
export function flatFound(value: unknown, { line, doubts, text }: FlatPlace): Found {
  if (!isFlatRecord(value) || value.record_id === "")
    return { kind: "problem", message: whyNoRecord(text()), line };
  const record = recordOf(value);
  const own = [...flatDoubts(value), ...absenceDoubts(record.attributes), ...KEYS.doubts(value)];
  const unknownKeys = unknownIn(value);
  return {
    kind: "record",
    record,
    line,
    doubts: own.length === 0 ? doubts : [...doubts, ...own],
    ...(unknownKeys.length === 0 ? {} : { unknownKeys }),
  };
}

const KEYS = knownNames([...COLUMNS, "resource"]);

function unknownIn(value: object): readonly string[] {
  return Object.keys(value).filter((key) => !KEYS.has(key) && KEYS.meantBy(key) === undefined);
}

function whyNoRecord(text: string): string {
  try {
    parseFlatLine(text);
  } catch (error) {
    return messageOf(error);
  }
  return "not an audit record: its record_id is empty";
}

function recordOf(flat: FlatRecord): AuditRecord {
  const record = fromFlat(flat);
  if (!isNoId(record.traceId) && !isNoId(record.spanId)) return record;
  const { traceId, spanId, ...rest } = record;
  return { ...rest, ...traceIds(traceId, spanId) };
}

function isNoId(id: string | undefined): boolean {
  // Only an id that begins with a zero can be all zeros.
  return id !== undefined && (id === "" || (id.startsWith("0") && /^0*$/.test(id)));
}

/** What the columns of a flat record say in contradiction. */
function flatDoubts(flat: FlatRecord): readonly string[] {
  const { status, outcome, record_id: id, stream, sequence, attributes } = flat;
  const doubts = [...placeDoubts(id, stream, sequence)];
  for (const name in attributes)
    if (SHOWN_ELSEWHERE.has(name))
      doubts.push(`attributes has ${name}, which has a column of its own`);
  if (status !== statusOf(outcome === "" ? undefined : outcome))
    doubts.push(`status is ${status}, and the outcome ${shown(outcome)}`);
  return doubts;
}
