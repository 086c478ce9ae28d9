/** Where a service says what happened: the audit log, the call that is running, drafts of records. */
export {
  type AddedByAction,
  type AddedFields,
  addFields,
  joinFields,
  NOTHING_ADDED,
} from "./added-fields.ts";
export type { ActionFunction, RunningAction } from "./around.ts";
export {
  type Audit,
  createRecorder,
  type DenialOf,
  type Receipt,
  type Recorder,
} from "./audit-log.ts";
export { type CallTotals, createCallTotals, type CountedCall } from "./call-totals.ts";
export {
  type CallFields,
  type CallScope,
  currentAudit,
  type CurrentAudit,
  runInCall,
} from "./current-call.ts";
export { type AuditEvent, draftOfLogged, type LoggedEvent } from "./audit-logger-event.ts";
export { withinDiskLimit } from "./disk-limit.ts";
export {
  createEqualFailures,
  type EqualFailures,
  type EqualFailuresOptions,
} from "./equal-failures.ts";
export { type Draft, type DraftExtras, draftOf } from "./draft.ts";
export { type AuditHealth, healthOf, type HealthState, type ShippingHealth } from "./health.ts";
export type { RecordParts, RunningEntry } from "./record-parts.ts";
export { problemsOf } from "./validate.ts";
