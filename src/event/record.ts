/** What an audit record is about. */
export type RecordKind = "start" | "result" | "intent" | "delivery" | "gap" | "checkpoint";

/** How an action ended. `unknown`: it began, and nobody knows how it ended. */
export type Outcome = "success" | "failure" | "denied" | "unknown";

/** All outcomes of format version 1. */
export const OUTCOMES: readonly Outcome[] = ["success", "failure", "denied", "unknown"];

/** A flat attribute: a scalar, or a list of strings. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Flat attributes under their OpenTelemetry names. */
export type RecordAttributes = Readonly<Record<string, AttributeValue>>;

/** Plain JSON: what the body of a record may hold. */
export type BodyValue = string | number | boolean | null | readonly BodyValue[] | BodyMap;

/** The body of a record: `before`, `after` and the details of the action. */
export interface BodyMap {
  readonly [key: string]: BodyValue;
}

/**
 * One audit record as it flows from the journal outward: the same in every form it is written in.
 * `audit.record.id`, `.kind`, `audit.sequence.number`, `audit.schema.version`, `audit.time` and
 * `audit.action` are always among the attributes.
 */
export interface AuditRecord {
  readonly attributes: RecordAttributes;
  readonly body: BodyMap;
  /** 32 lower-case hex digits; absent where no span was active. */
  readonly traceId?: string;
  /** 16 lower-case hex digits; absent where no span was active. */
  readonly spanId?: string;
  /** `service.name` of the resource that wrote the record. */
  readonly service?: string;
  /** Resource attributes; only a stream's start record carries them. */
  readonly resource?: RecordAttributes;
}
