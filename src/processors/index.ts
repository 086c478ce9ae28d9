/**
 * For those who own their OpenTelemetry set-up: parts to put into a LoggerProvider or TracerProvider.
 *
 * In: log records and spans of any instrumentation. Out: the same without secrets; audit records in a
 * journal. Promise: nothing here throws into the code that emits.
 */
export type { BodyMap, BodyValue } from "../event/index.ts";
export { AuditError, type AuditErrorCode } from "../lib/errors.ts";
export type { JournalLogProcessorOptions } from "./journal-log-options.ts";
export { createJournalLogProcessor, type JournalLogProcessor } from "./journal-log-processor.ts";
export {
  createRedactingLogProcessor,
  createRedactingSpanProcessor,
  type RedactingOptions,
} from "./redacting-processors.ts";
export {
  type IdentityAction,
  type KeyPolicy,
  redact,
  type RedactionAction,
  type RedactionPolicy,
  type RedactionRules,
  type ValuePolicy,
} from "../redact/index.ts";
