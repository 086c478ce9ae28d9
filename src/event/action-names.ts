/** Names of the actions that otel-audit records itself. */

/** Name of the action that an unmapped method is recorded as. */
export const RPC_CALL = "rpc_call";
/** Action of a stream's first record. */
export const STREAM_START = "stream_start";
/** Action of a record that says that a reply did not reach the client. */
export const REPLY_DELIVERY = "reply_delivery";
/** Action of a gap record. */
export const RECORDS_LOST = "records_lost";
/** Action of a gap record whose records are there, but may not survive power loss. */
export const RECORDS_UNCONFIRMED = "records_unconfirmed";
/** Action of a record that says which journal segments retention is about to delete. */
export const RETENTION_PURGE = "retention_purge";
/** Action of a record that says what somebody else did to a file of the audit directory. */
export const AUDIT_FILE_CHANGE = "audit_file_change";
/** Action of a signed checkpoint. */
export const CHECKPOINT = "checkpoint";
