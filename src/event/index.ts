/**
 * What flows: the record model, its attribute names, the catalogue of typed actions and the change
 * between two states. No I/O, no SDK.
 */
export {
  ATTR_ACTION,
  ATTR_ACTION_VERSION,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_AUTHENTICATION_ERROR,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_ROLE_PERMITTED,
  ATTR_ACTOR_TYPE,
  ATTR_AUTHORIZATION_BY,
  ATTR_AUTHORIZATION_ID,
  ATTR_CALL_DURATION,
  ATTR_CALL_ID,
  ATTR_CATEGORY,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_COUNT,
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_IMPORT_FILE,
  ATTR_IMPORT_FILE_DIGEST,
  ATTR_IMPORT_LINE,
  ATTR_IMPORT_TIME,
  ATTR_INTEGRITY_FIELDS,
  ATTR_INCOMPLETE,
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
  ATTR_RPC_SYSTEM_NAME,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SERVICE_NAME,
  ATTR_SNAPSHOT_ID,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
  ATTR_TIME,
  ATTR_USER_AGENT_ORIGINAL,
  EVENT_NAME_PREFIX,
  KEPT_ATTRIBUTES,
  KEPT_BODY_KEY_PREFIX,
  KEY_RULE_EXEMPT,
  SCHEMA_URL,
  SCHEMA_VERSION,
  SCOPE_NAME,
} from "./attributes.ts";
export {
  type Action,
  type ActionOptions,
  defineAction,
  type DetailsSchema,
  type DetailsValidation,
  type FailurePolicy,
  type Impact,
  type RequirableField,
} from "./action.ts";
export {
  BUILT_IN_ACTIONS,
  type BuiltInAction,
  type BuiltInDetails,
  type Catalogue,
  createCatalogue,
} from "./catalogue.ts";
export {
  CHECKPOINT,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
  REPLY_DELIVERY,
  RETENTION_PURGE,
  RPC_CALL,
  STREAM_START,
} from "./action-names.ts";
export type { SampleDetails } from "./actions/data.ts";
export { type Change, changeBetween } from "./change.ts";
export { changesInWords } from "./change-words.ts";
export { type Changes, changesBetween } from "./changes.ts";
export {
  type Actor,
  ACTOR_TYPES,
  type ActorType,
  ANONYMOUS,
  type AnyEvent,
  type AnyMap,
  type Authentication,
  type EventFields,
  type EventOf,
  type Target,
} from "./event.ts";
export { type FileChange, fileChangeEvent } from "./file-change.ts";
export { KNOWN_ATTRIBUTES } from "./known-attributes.ts";
export { NO_RESULT } from "./lone-intent.ts";
export { DEFAULT_REDACTABLE } from "./redactable.ts";
export { sentenceOf } from "./sentence.ts";
export { newId } from "./ids.ts";
export { isId, recordId, sequenceOf, streamOf } from "./record-ids.ts";
export { normaliseMap, normaliseText, normaliseValue } from "./normalise.ts";
export {
  type AttributeValue,
  type AuditRecord,
  type BodyMap,
  type BodyValue,
  OUTCOMES,
  type Outcome,
  type RecordAttributes,
  type RecordKind,
} from "./record.ts";
