import { diag } from "@opentelemetry/api";
import type { LogRecordProcessor, ReadWriteLogRecord } from "@opentelemetry/sdk-logs";
import {
  ATTR_REDACTION_RULES,
  type BodyMap,
  KEPT_ATTRIBUTES,
  normaliseMap,
  type RecordAttributes,
} from "../event/index.ts";
import { sortAttributes } from "./any-attributes.ts";
import { limitRecord } from "./limits.ts";
import type { Redactor } from "./redactor.ts";

/** The rule that stands in a record whose content was dropped because redaction itself failed. */
export const REDACTION_FAILED = "redaction_failed";

/** What {@link createRedactingProcessor} may rely on. */
export interface RedactingProcessorOptions {
  /**
   * Bodies were made plain JSON when they were recorded, and attributes are flat. Default false: an
   * Error, a Map or bytes in a body are made plain first, and so are attributes that are maps.
   */
  readonly isPlain?: boolean;
}

/**
 * A log-record processor that redacts each record, then caps its size.
 *
 * Put it before whatever stores or sends records. It never throws; a record that cannot be redacted
 * keeps its identity and loses its content.
 */
export function createRedactingProcessor(
  redactor: Redactor,
  options: RedactingProcessorOptions = {},
): LogRecordProcessor {
  const redactRecord = options.isPlain === true ? redactPlain : redactAny;
  return {
    onEmit: (logRecord) => {
      try {
        redactRecord(redactor, logRecord);
      } catch {
        warn("otel-audit: a record could not be redacted, its content was dropped");
        emptyRecord(logRecord);
      }
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** A record that otel-audit made. */
function redactPlain(redactor: Redactor, logRecord: ReadWriteLogRecord): void {
  const attributes = logRecord.attributes as RecordAttributes;
  const body = trustedMap(logRecord.body);
  const redacted = redactor.redact({ attributes, body });
  const limited = limitRecord(redacted);
  replaceAttributes(logRecord, attributes, limited.attributes);
  replaceBody(logRecord, body, limited.body);
  addRules(logRecord, redacted.rules);
}

function redactAny(redactor: Redactor, logRecord: ReadWriteLogRecord): void {
  const { flat, nested } = sortAttributes(logRecord.attributes);
  const body = normaliseMap(logRecord.body);
  const redacted = redactor.redact({ attributes: flat, body });
  const rules = new Set(redacted.rules);
  const limited = limitRecord(redacted);
  replaceAttributes(logRecord, flat, limited.attributes);
  if (Object.keys(nested).length > 0) {
    const below = redactor.redact({ attributes: {}, body: nested });
    for (const rule of below.rules) rules.add(rule);
    replaceAttributes(logRecord, nested, limitRecord(below).body);
  }
  replaceBody(logRecord, body, limited.body);
  addRules(logRecord, [...rules]);
}

/** A body that is no map becomes its one entry. */
function trustedMap(body: unknown): BodyMap {
  return isPlainMap(body) ? body : normaliseMap(body);
}

/** A body keeps its kind: a text stays a text, as the exporters of an application expect it. */
function replaceBody(logRecord: ReadWriteLogRecord, before: BodyMap, after: BodyMap): void {
  // Nothing found and nothing cut: it leaves as it came, whatever it is made of.
  if (after === before) return;
  const given: unknown = logRecord.body;
  if (isScalar(given)) {
    // By name: its type does not say that a body can go.
    Reflect.set(logRecord, "body", after[ONLY_ENTRY]);
  } else if (Array.isArray(given)) {
    logRecord.body = after[ONLY_ENTRY] ?? [];
  } else {
    logRecord.body = after;
  }
}

/** The name under which `normaliseMap` puts what is no map. */
const ONLY_ENTRY = "value";

function isScalar(body: unknown): boolean {
  return typeof body !== "object" || body === null || ArrayBuffer.isView(body);
}

/** A map that went through `normaliseMap` when it was recorded; anything else is made plain now. */
function isPlainMap(body: unknown): body is BodyMap {
  return (
    typeof body === "object" && body !== null && Object.getPrototypeOf(body) === Object.prototype
  );
}

/** Written into the object itself: `setAttribute` counts, cuts and drops by limits that are not ours. */
function replaceAttributes(
  logRecord: ReadWriteLogRecord,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): void {
  if (after === before) return;
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) Reflect.deleteProperty(logRecord.attributes, key);
  }
  for (const [key, value] of Object.entries(after)) {
    if (value !== before[key]) logRecord.attributes[key] = value;
  }
}

function addRules(logRecord: ReadWriteLogRecord, rules: readonly string[]): void {
  if (rules.length === 0) return;
  const earlier: unknown = logRecord.attributes[ATTR_REDACTION_RULES];
  const all = new Set(rules);
  if (Array.isArray(earlier)) {
    for (const rule of earlier) if (typeof rule === "string") all.add(rule);
  }
  logRecord.attributes[ATTR_REDACTION_RULES] = [...all].toSorted();
}

/** Fails closed: what could not be read is not passed on. */
function emptyRecord(logRecord: ReadWriteLogRecord): void {
  try {
    logRecord.body = { [REDACTION_FAILED]: true };
    for (const key of Object.keys(logRecord.attributes)) {
      if (!KEPT_ATTRIBUTES.includes(key)) Reflect.deleteProperty(logRecord.attributes, key);
    }
    addRules(logRecord, [REDACTION_FAILED]);
  } catch {
    warn("otel-audit: a record could be neither redacted nor emptied");
  }
}

/** Without the error itself, which may quote what was to be redacted; a logger that throws changes nothing. */
function warn(line: string): void {
  try {
    diag.error(line);
  } catch {
    // The application's own diag logger failed.
  }
}
