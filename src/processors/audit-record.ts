import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_RECORD_KIND,
  ATTR_REDACTION_RULES,
  ATTR_TIME,
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  type Catalogue,
  EVENT_NAME_PREFIX,
  normaliseMap,
  normaliseText,
  normaliseValue,
  type RecordKind,
} from "../event/index.ts";
import { ATTRIBUTE_COLUMNS, NUMERIC_COLUMNS } from "../format/index.ts";
import { millisOfIso, toIsoMicros } from "../lib/clock.ts";
import { limitRecord, type Redactor } from "../redact/index.ts";
import { misspeltName } from "../seal/portable.ts";

/** What a journal processor takes. */
export type AuditContent = Pick<ReadableLogRecord, "attributes" | "body" | "spanContext">;

/** What makes audit records of others' log records. */
export interface AuditRecordParts {
  readonly catalogue: Catalogue;
  readonly redactor: Redactor;
}

/**
 * The audit record of a log record that an application emitted under our scope, redacted and within
 * the size limits; undefined for one that names no action. The log record stays as it is: other
 * processors may still look at it.
 */
export function auditContentOf(
  log: ReadableLogRecord,
  { catalogue, redactor }: AuditRecordParts,
): AuditContent | undefined {
  const action = actionOf(log);
  if (action === undefined) return undefined;
  const attributes: Record<string, AttributeValue> = {};
  const unfit: [string, BodyValue][] = [];
  for (const [key, value] of Object.entries(log.attributes)) {
    const flat = flatOf(key, value);
    if (flat !== undefined) {
      attributes[key] = flat;
      continue;
    }
    // Attributes of records are flat, and each column has its type: what does not fit is a detail.
    const plain = normaliseValue(value);
    if (plain !== undefined) unfit.push([key, plain]);
  }
  // Once more through the normaliser: a detail must not be called like an attribute that is kept.
  const body: BodyMap = { ...normaliseMap(log.body), ...normaliseMap(Object.fromEntries(unfit)) };
  const known = catalogue.find(action);
  const complete = {
    [ATTR_OUTCOME]: attributes[ATTR_EXCEPTION_MESSAGE] === undefined ? "success" : "failure",
    ...(known === undefined
      ? {}
      : { [ATTR_CATEGORY]: known.category, [ATTR_IMPACT]: known.impact }),
    ...attributes,
    [ATTR_ACTION]: action,
    [ATTR_RECORD_KIND]: kindOf(log),
    [ATTR_TIME]: timeOf(log),
  };
  const redacted = redactor.redact({ attributes: complete, body });
  const limited = limitRecord(redacted);
  const rules = [...new Set([...rulesOf(attributes), ...redacted.rules])].toSorted();
  return {
    attributes: {
      ...limited.attributes,
      ...(rules.length === 0 ? {} : { [ATTR_REDACTION_RULES]: rules }),
    },
    body: limited.body,
    ...(log.spanContext === undefined ? {} : { spanContext: log.spanContext }),
  };
}

function actionOf({ attributes, eventName }: ReadableLogRecord): string | undefined {
  const named = attributes[ATTR_ACTION];
  if (typeof named === "string" && named !== "") return normaliseText(named);
  if (eventName?.startsWith(EVENT_NAME_PREFIX) !== true) return undefined;
  const action = eventName.slice(EVENT_NAME_PREFIX.length);
  return action === "" ? undefined : action;
}

/** Those that say something of the stream itself are the stream's own to write. */
function kindOf({ attributes }: ReadableLogRecord): RecordKind {
  const kind = attributes[ATTR_RECORD_KIND];
  return kind === "intent" || kind === "delivery" ? kind : "result";
}

/** The time that the application gave; where it gave none, when it emitted the record. */
function timeOf({ attributes, hrTime, hrTimeObserved }: ReadableLogRecord): string {
  const said = attributes[ATTR_TIME];
  if (typeof said === "string" && ISO_MICROS.test(said) && millisOfIso(said) !== undefined)
    return said;
  const [seconds, nanos] = hrTime[0] === 0 && hrTime[1] === 0 ? hrTimeObserved : hrTime;
  return toIsoMicros(BigInt(Math.trunc(seconds)) * 1_000_000n + BigInt(Math.trunc(nanos / 1000)));
}

function rulesOf(attributes: Readonly<Record<string, AttributeValue>>): readonly string[] {
  const rules = attributes[ATTR_REDACTION_RULES];
  return typeof rules === "object" ? rules : [];
}

/** Six digits, as {@link toIsoMicros} writes it. */
const ISO_MICROS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

const TEXTS: ReadonlySet<string> = new Set([
  ATTR_EXCEPTION_MESSAGE,
  ...ATTRIBUTE_COLUMNS.flatMap(([column, attribute]) =>
    NUMERIC_COLUMNS.has(column) ? [] : [attribute],
  ),
]);
const NUMBERS: ReadonlySet<string> = new Set(
  ATTRIBUTE_COLUMNS.flatMap(([column, attribute]) =>
    NUMERIC_COLUMNS.has(column) ? [attribute] : [],
  ),
);

function flatOf(key: string, value: unknown): AttributeValue | undefined {
  // Nobody could tell it from the attribute whose key it has.
  if (!isFlat(value) || misspeltName(key) !== undefined) return undefined;
  if (NUMBERS.has(key)) return typeof value === "number" ? value : undefined;
  if (TEXTS.has(key)) return typeof value === "object" ? undefined : String(value);
  return value;
}

function isFlat(value: unknown): value is AttributeValue {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return (
    typeof value === "string" ||
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value))
  );
}
