/** Where a service says what happened: the audit log, the call that is running, drafts of records. */
export { type Audit, type AuditLogParts, createRecorder, type Receipt } from "./audit-log.ts";
export {
  type CallFields,
  type CallScope,
  currentAudit,
  type CurrentAudit,
  runInCall,
} from "./current-call.ts";
export { type AuditEvent, draftOfLogged, type LoggedEvent } from "./audit-logger-event.ts";
export { type Draft, type DraftExtras, draftOf } from "./draft.ts";
export { type AuditHealth, healthOf } from "./health.ts";
export { problemsOf } from "./validate.ts";
