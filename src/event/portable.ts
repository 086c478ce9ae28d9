/** The part of this room that runs in a browser too: names and types. */
export {
  AUDIT_FILE_CHANGE,
  CHECKPOINT,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
  RETENTION_PURGE,
} from "./action-names.ts";
export {
  ATTR_ACTION,
  ATTR_ACTION_VERSION,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_ROLE_PERMITTED,
  ATTR_ACTOR_TYPE,
  ATTR_CALL_DURATION,
  ATTR_CALL_ID,
  ATTR_CATEGORY,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_CLIENT_PORT,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_INTEGRITY_FIELDS,
  ATTR_OUTCOME,
  ATTR_REASON,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_REDACTION_RULES,
  ATTR_REQUEST_BYTES,
  ATTR_REQUEST_COUNT,
  ATTR_RESPONSE_BYTES,
  ATTR_RESPONSE_COUNT,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SERVICE_NAME,
  ATTR_SOURCE_ID,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
  ATTR_TIME,
  EVENT_NAME_PREFIX,
  SCHEMA_VERSION,
} from "./attributes.ts";
export { KNOWN_ATTRIBUTES } from "./known-attributes.ts";
export { NO_RESULT } from "./lone-intent.ts";
export type {
  AttributeValue,
  AuditRecord,
  BodyMap,
  BodyValue,
  RecordAttributes,
} from "./record.ts";
export { isId, recordId, streamOf } from "./record-ids.ts";
export { WHOLE_BODY } from "./redactable.ts";
