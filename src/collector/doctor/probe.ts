import { JsonLogsSerializer } from "@opentelemetry/otlp-transformer";
import {
  ATTR_ACTION,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_TYPE,
  ATTR_CATEGORY,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SERVICE_NAME,
  ATTR_TIME,
  type AuditRecord,
  type BodyMap,
  newId,
  recordId,
  SCHEMA_VERSION,
  STREAM_START,
} from "../../event/index.ts";
import { toIsoMicros } from "../../lib/clock.ts";
import { toLogRecord, toResource } from "../../otel/index.ts";
import { createRecordSealer, createRedactable } from "../../seal/index.ts";

/** `service.name` of what the doctor sends. */
export const DOCTOR_SERVICE = "otel-audit-doctor";
/** Action of the record that is looked for; an action of its own, so that it is found and left out easily. */
export const PROBE_ACTION = "audit_probe";

/** A value that must not be found in clear, and where it stands in the record. */
export interface Dummy {
  readonly where: string;
  readonly value: string;
}

/** Examples that everybody can read in their specifications: secrets of nobody. */
export const DUMMIES: readonly Dummy[] = [
  // RFC 7617, section 2.
  { where: "a password under its key", value: "open sesame" },
  // RFC 6750, section 2.1.
  { where: "a bearer token in a text", value: "mF_9.B5f-4.1JqM" },
];

/** A record that is sent to be looked for. */
export interface Probe {
  readonly stream: string;
  /** Of the record that is looked for. */
  readonly id: string;
  /** Stands in the record, and in no question about it. */
  readonly mark: string;
  /** OTLP JSON. */
  readonly request: Uint8Array;
}

/**
 * A request with a complete stream of its own: its start, and one result with dummy secrets in clear.
 * Both are sealed, as the configuration asks of what it lets into the trail; nothing is signed: a key
 * of its own would be one that nobody trusts, and `verify` reports a short stream without
 * checkpoints as two unsigned records, which alters no verdict.
 */
export function createProbe(nowMicros: bigint): Probe {
  const stream = newId();
  const mark = newId();
  const [password, token] = DUMMIES;
  const records = [
    recordOf(
      { stream, sequence: 1, kind: "start", action: STREAM_START, nowMicros },
      {
        program: "otel-audit collector doctor",
      },
    ),
    recordOf(
      { stream, sequence: 2, kind: "result", action: PROBE_ACTION, nowMicros },
      {
        mark,
        password: password?.value ?? "",
        text: `what a service must not keep: Authorization: Bearer ${token?.value ?? ""}`,
      },
    ),
  ];
  const seal = createRecordSealer(createRedactable(() => [ATTR_ACTOR_ID]));
  const resource = toResource({ [ATTR_SERVICE_NAME]: DOCTOR_SERVICE });
  const request = JsonLogsSerializer.serializeRequest(
    records.map((record) => toLogRecord(seal(record).record, resource)),
  );
  return { stream, id: recordId(stream, 2), mark, request: request ?? new Uint8Array() };
}

interface Place {
  readonly stream: string;
  readonly sequence: number;
  readonly kind: "start" | "result";
  readonly action: string;
  readonly nowMicros: bigint;
}

function recordOf(place: Place, body: BodyMap): AuditRecord {
  const { stream, sequence, kind, action, nowMicros } = place;
  return {
    attributes: {
      [ATTR_RECORD_ID]: recordId(stream, sequence),
      [ATTR_RECORD_KIND]: kind,
      [ATTR_SEQUENCE_NUMBER]: sequence,
      [ATTR_SCHEMA_VERSION]: SCHEMA_VERSION,
      [ATTR_TIME]: toIsoMicros(nowMicros),
      [ATTR_ACTION]: action,
      [ATTR_CATEGORY]: "audit",
      [ATTR_IMPACT]: "low",
      ...(kind === "result"
        ? {
            [ATTR_OUTCOME]: "success",
            [ATTR_ACTOR_ID]: DOCTOR_SERVICE,
            [ATTR_ACTOR_TYPE]: "system",
          }
        : {}),
    },
    body,
    service: DOCTOR_SERVICE,
  };
}
