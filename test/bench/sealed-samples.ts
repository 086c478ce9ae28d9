/** The records whose sealing is measured, as they are just before they are sealed. */
import {
  ATTR_ACTION,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_TYPE,
  ATTR_CALL_DURATION,
  ATTR_CALL_ID,
  ATTR_CATEGORY,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_REASON,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_RPC_SYSTEM_NAME,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
  ATTR_TIME,
  ATTR_USER_AGENT_ORIGINAL,
  type AuditRecord,
  type BodyMap,
  DEFAULT_REDACTABLE,
} from "../../src/event/index.ts";

/** The stream of all samples. */
export const STREAM = "AaaaaaaaaaaaaaaA";

/** A kind of record. */
export interface Sample {
  readonly title: string;
  /** What of it may be redacted: names, as a catalogue has them. */
  readonly redactable: readonly string[];
  /** Its record number `place` of the stream; no two share an object. */
  readonly make: (place: number) => AuditRecord;
}

/** Records without the call in their body, padded to lines of about 1 024 bytes. */
const ONE_KILOBYTE = "1 KB";
const PADDING = 30;
const THREE = [ATTR_ACTOR_ID, ATTR_REASON, ATTR_CLIENT_ADDRESS];
const SEVEN = [...THREE, ATTR_TARGET_ID, ATTR_SOURCE_ID, "note", "after.learning_rate"];

/** The first is what the gRPC benchmark writes, with what may be redacted unless somebody says otherwise. */
export const SAMPLES: readonly Sample[] = [
  { title: "hp_change of a gRPC call", redactable: DEFAULT_REDACTABLE, make: ofCall },
  { title: `${ONE_KILOBYTE}, nothing redactable`, redactable: [], make: ofOneKilobyte },
  { title: `${ONE_KILOBYTE}, 3 redactable`, redactable: THREE, make: ofOneKilobyte },
  { title: `${ONE_KILOBYTE}, 7 redactable`, redactable: SEVEN, make: ofOneKilobyte },
];

/** The sample of 1 KB that has nothing to redact. */
export const PLAIN_SAMPLE: Sample = {
  title: ONE_KILOBYTE,
  redactable: [],
  make: ofOneKilobyte,
};

function ofCall(place: number): AuditRecord {
  return recordOf(place, {
    before: parametersOf(place - 1),
    after: parametersOf(place),
    request: {
      experiment_id: "exp-2026-11-resnet",
      parameters: parametersOf(place),
      comment: "validation loss has been flat since step 4000",
    },
  });
}

function ofOneKilobyte(place: number): AuditRecord {
  return recordOf(place, {
    after: parametersOf(place),
    note: "x".repeat(PADDING),
  });
}

function parametersOf(place: number): BodyMap {
  const step = place % 900;
  return {
    learning_rate: (100 + step) / 1000,
    batch_size: 100 + step,
    weight_decay: (100 + step) / 10_000,
    momentum: (500 + (step % 400)) / 1000,
  };
}

function recordOf(place: number, body: BodyMap): AuditRecord {
  return {
    attributes: {
      [ATTR_RECORD_KIND]: "result",
      [ATTR_ACTION]: "hp_change",
      [ATTR_CATEGORY]: "training",
      [ATTR_IMPACT]: "high",
      [ATTR_OUTCOME]: "success",
      [ATTR_CALL_ID]: "nnahP6dEPmHDydTi",
      [ATTR_ACTOR_ID]: "ann",
      [ATTR_ACTOR_TYPE]: "user",
      [ATTR_ACTOR_AUTHENTICATION]: "header",
      [ATTR_TARGET_TYPE]: "experiment",
      [ATTR_TARGET_ID]: "exp-2026-11-resnet",
      [ATTR_REASON]: "validation loss has been flat since step 4000",
      [ATTR_RPC_SYSTEM_NAME]: "grpc",
      [ATTR_RPC_METHOD]: "trainer.ExperimentService/UpdateParameters",
      [ATTR_RPC_STATUS_CODE]: "OK",
      [ATTR_CALL_DURATION]: 0.945,
      [ATTR_SOURCE_ID]: "127.0.0.1",
      [ATTR_SOURCE_TYPE]: "ip",
      [ATTR_CLIENT_ADDRESS]: "127.0.0.1",
      [ATTR_CLIENT_PORT]: 53_072,
      [ATTR_USER_AGENT_ORIGINAL]: "grpc-node-js/1.14.7",
      [ATTR_TIME]: "2026-11-21T18:26:21.541263Z",
      [ATTR_RECORD_ID]: `${STREAM}.${place}`,
      [ATTR_SEQUENCE_NUMBER]: place,
      [ATTR_SCHEMA_VERSION]: "1",
    },
    body,
    traceId: "442624581446dab113059486be13b172",
    spanId: "608126c00898b01a",
    service: "trainer",
  };
}
