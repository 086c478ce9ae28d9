/**
 * Every attribute name that otel-audit writes, in one place.
 *
 * `audit.*` follows the unadopted OpenTelemetry audit-logging draft (OTEP 0267); the rest is
 * OpenTelemetry semantic conventions 1.45.0. Changing a value here changes the format on disk.
 */

// As texts: an update of the package that names them must not change the format, and loading it takes
// as long as a tenth of a start. A test compares them.
/** Address of the caller, without its port. */
export const ATTR_CLIENT_ADDRESS = "client.address";
/** Port of the caller. */
export const ATTR_CLIENT_PORT = "client.port";
/** What kind of error it was. */
export const ATTR_ERROR_TYPE = "error.type";
/** Text of the error. */
export const ATTR_EXCEPTION_MESSAGE = "exception.message";
/** Full method, as in `pkg.Service/Method`. */
export const ATTR_RPC_METHOD = "rpc.method";
/** Name of the status, as in `PERMISSION_DENIED`. */
export const ATTR_RPC_STATUS_CODE = "rpc.status_code";
/** `grpc`. */
export const ATTR_RPC_SYSTEM_NAME = "rpc.system.name";
/** Name of the service, of the resource. */
export const ATTR_SERVICE_NAME = "service.name";
/** What the caller's library says of itself. */
export const ATTR_USER_AGENT_ORIGINAL = "user_agent.original";

/** Version of the record format, in every record as `audit.schema.version`. */
export const SCHEMA_VERSION = "1";
/** Schema URL of the instrumentation scope. */
export const SCHEMA_URL = "https://otel-audit.example/schemas/1";
/** Name of the instrumentation scope. */
export const SCOPE_NAME = "otel-audit";
/** The OTel event name is this, followed by the action. */
export const EVENT_NAME_PREFIX = "audit.";

/** `<stream>.<sequence>`: the key by which every reader drops doubles. */
export const ATTR_RECORD_ID = "audit.record.id";
/** start | result | intent | delivery | gap | checkpoint. */
export const ATTR_RECORD_KIND = "audit.record.kind";
/** Place in the stream, counted from 1 without gaps. */
export const ATTR_SEQUENCE_NUMBER = "audit.sequence.number";
/** Version of the record format. */
export const ATTR_SCHEMA_VERSION = "audit.schema.version";
/** Event time, ISO 8601 UTC with six digits. */
export const ATTR_TIME = "audit.time";
/** The same for every record of one call, and on its server span. */
export const ATTR_CALL_ID = "audit.call.id";
/** Duration of a call, milliseconds with fractions. */
export const ATTR_CALL_DURATION = "audit.call.duration_ms";
/** Request messages of an RPC stream. */
export const ATTR_REQUEST_COUNT = "audit.call.request.count";
/** Their serialized bytes, before compression and framing. */
export const ATTR_REQUEST_BYTES = "audit.call.request.bytes";
/** Reply messages of an RPC stream. */
export const ATTR_RESPONSE_COUNT = "audit.call.response.count";
/** Their serialized bytes, before compression and framing. */
export const ATTR_RESPONSE_BYTES = "audit.call.response.bytes";
/** What was done, as in `hp_change`. */
export const ATTR_ACTION = "audit.action";
/** Version of the action's definition, where it is not 1. */
export const ATTR_ACTION_VERSION = "audit.action.version";
/** What kind of thing the action is about, as in `training`. */
export const ATTR_CATEGORY = "audit.category";
/** high | normal | low. */
export const ATTR_IMPACT = "audit.impact";
/** success | failure | denied | unknown. */
export const ATTR_OUTCOME = "audit.outcome";
/** Who acted. */
export const ATTR_ACTOR_ID = "audit.actor.id";
/** user | service | system | agent. */
export const ATTR_ACTOR_TYPE = "audit.actor.type";
/** Role of the actor, as its source names it. */
export const ATTR_ACTOR_ROLE = "audit.actor.role";
/** How the identity became known: mtls | jwt | header | code | none. */
export const ATTR_ACTOR_AUTHENTICATION = "audit.actor.authentication";
/** Why a credential that was shown did not count; never any of its content. */
export const ATTR_ACTOR_AUTHENTICATION_ERROR = "audit.actor.authentication.error";
/** Whether the policy's `roles` let this role do this action; absent where they say nothing of it. */
export const ATTR_ACTOR_ROLE_PERMITTED = "audit.actor.role.permitted";
/** The person for whom an agent acts. */
export const ATTR_ACTOR_DELEGATOR_ID = "audit.actor.delegator.id";
/** What kind of thing was acted on. */
export const ATTR_TARGET_TYPE = "audit.target.type";
/** Which one. */
export const ATTR_TARGET_ID = "audit.target.id";
/** Where the action came from: for calls the IP address. */
export const ATTR_SOURCE_ID = "audit.source.id";
/** What `audit.source.id` is: `ip`, or what the event said. */
export const ATTR_SOURCE_TYPE = "audit.source.type";
/** Why, in the actor's own words. */
export const ATTR_REASON = "audit.reason";
/** The approval an action rests on, as a ticket number. */
export const ATTR_AUTHORIZATION_ID = "audit.authorization.id";
/** Who gave that approval. */
export const ATTR_AUTHORIZATION_BY = "audit.authorization.by";
/** The version snapshot or model checkpoint an action belongs to. */
export const ATTR_SNAPSHOT_ID = "audit.snapshot.id";
/** How many events this record stands for, where that is not one. */
export const ATTR_COUNT = "audit.count";
/** Names of the redaction rules that changed this record. */
export const ATTR_REDACTION_RULES = "audit.redaction.rules";
/** What is wrong with a captured event that was recorded all the same. */
export const ATTR_INCOMPLETE = "audit.integrity.incomplete";

/** When an imported event happened, as its file says: ISO 8601 UTC, six digits. Absent: the file says no time. */
export const ATTR_IMPORT_TIME = "audit.import.time";
/** The file that a record was imported from, without its directory: every record that has it is a copy of a claim. */
export const ATTR_IMPORT_FILE = "audit.import.file.name";
/** SHA-256 of that file as it was then, hexadecimal. */
export const ATTR_IMPORT_FILE_DIGEST = "audit.import.file.digest";
/** Where it stands in that file, counted from 1. */
export const ATTR_IMPORT_LINE = "audit.import.file.line";

/** Commitments and salts of the fields that may be redacted: see docs/format.md. The only `audit.` attribute that is not sealed. */
export const ATTR_INTEGRITY_FIELDS = "audit.integrity.fields";
/** The signed note of a checkpoint. */
export const ATTR_CHECKPOINT_NOTE = "audit.checkpoint.note";
/** Hashes of the records that a checkpoint covers, base64url. */
export const ATTR_CHECKPOINT_LEAVES = "audit.checkpoint.leaves";
/** Hashes of the complete subtrees left of them, base64url. */
export const ATTR_CHECKPOINT_SUBTREES = "audit.checkpoint.subtrees";

/**
 * Attributes whose value no detector and no key rule may touch: identity, order, time and the
 * closed vocabularies. The process and the Collector use the same list (`ignored_keys` in
 * collector-config/config.yaml), and a body key of the same name gets {@link KEPT_BODY_KEY_PREFIX}.
 */
export const KEPT_ATTRIBUTES: readonly string[] = [
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SCHEMA_VERSION,
  ATTR_TIME,
  ATTR_CALL_ID,
  ATTR_CALL_DURATION,
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_TYPE,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_COUNT,
  ATTR_REDACTION_RULES,
  ATTR_INTEGRITY_FIELDS,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_CLIENT_ADDRESS,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_RPC_SYSTEM_NAME,
];

/**
 * Attributes whose name a key rule would hit ("authorization") although the value is free text:
 * the key rule is skipped, the detectors are not. The Collector cannot separate the two, so there
 * they are simply kept.
 */
export const KEY_RULE_EXEMPT: readonly string[] = [ATTR_AUTHORIZATION_ID, ATTR_AUTHORIZATION_BY];

/** Put before a body key that equals one of {@link KEPT_ATTRIBUTES}, so that the Collector cannot be told to keep it. */
export const KEPT_BODY_KEY_PREFIX = "body.";
