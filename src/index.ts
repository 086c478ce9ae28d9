/** The front door of a service: open an audit log, audit gRPC handlers, record by hand. */
export type {
  ActorCall,
  ActorFunction,
  ActorSource,
  GrpcModule,
  HeaderActorSource,
  JwtActorSource,
  Peer,
  PolicyAction,
  PolicyCondition,
  PolicyConditions,
  PolicyCoverage,
  PolicyDocument,
  PolicyExemption,
  PolicyLevel,
  PolicyMethod,
  PolicyRule,
  PolicySources,
  PolicyValue,
  TrustedCertificate,
} from "./capture/index.ts";
export {
  type Action,
  type ActionOptions,
  type Actor,
  type ActorType,
  type AnyMap,
  type Authentication,
  type BuiltInAction,
  type BuiltInDetails,
  type Changes,
  changesBetween,
  defineAction,
  type DetailsSchema,
  type DetailsValidation,
  type EventFields,
  type EventOf,
  type FailurePolicy,
  type Impact,
  type Outcome,
  type RequirableField,
  type SampleDetails,
  type Target,
} from "./event/index.ts";
export { AuditError, type AuditErrorCode } from "./lib/errors.ts";
export {
  type ActionFunction,
  type Audit,
  type AuditEvent,
  type AuditHealth,
  type CallFields,
  currentAudit,
  type CurrentAudit,
  type DenialOf,
  type HealthState,
  type Receipt,
  type RunningAction,
  type ShippingHealth,
} from "./record/index.ts";
export {
  AuditLogger,
  type AuditLoggerFormat,
  type AuditLoggerOptions,
  type LogSummary,
} from "./setup/audit-logger.ts";
export type {
  IdentityAction,
  KeyPolicy,
  RedactionAction,
  RedactionPolicy,
  RedactionRules,
  ValuePolicy,
} from "./redact/index.ts";
export { auditGrpc, createAudit } from "./setup/create-audit.ts";
export type { JournalSettings } from "./setup/journal-options.ts";
export type { AuditFormat, AuditOptions } from "./setup/options.ts";
export type { SealSettings, SignatureBytes, SigningFunction } from "./setup/seal-options.ts";
export type { OtlpCompression, OtlpProtocol } from "./setup/shipping-options.ts";
