/** The part of this room that runs in a browser too: names and types. */
export {
  CHECKPOINT,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
  RETENTION_PURGE,
  STREAM_START,
} from "./action-names.ts";
export {
  ATTR_ACTION,
  ATTR_CALL_ID,
  ATTR_CATEGORY,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_INTEGRITY_FIELDS,
  ATTR_OUTCOME,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_RPC_METHOD,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SERVICE_NAME,
  ATTR_TIME,
} from "./attributes.ts";
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
