/** Where it is said for you: audited gRPC handlers, and the audit policy that says what a call is. */
export {
  type ActorFinder,
  type ActorFunction,
  checkActor,
  compileActor,
  type FindActor,
  type FoundActor,
} from "./actor.ts";
export type { ActorCall } from "./actor-call.ts";
export { type CaptureSwitch, isGrpcModule, patchGrpc } from "./audit-grpc.ts";
export type { CaptureTarget } from "./capture-target.ts";
export type { GrpcModule } from "./grpc-types.ts";
export { createOpenCalls, type OpenCalls } from "./open-calls.ts";
export { type MessagePath, parseMessagePath, type PathSegment } from "./message-path.ts";
export type { Peer } from "./peer.ts";
export { policyJsonSchema } from "./policy-json-schema.ts";
export {
  type ActionMapping,
  type AuditLevel,
  type AuditPolicy,
  compilePolicy,
  type MethodPlan,
} from "./policy.ts";
export {
  type LoadedPolicy,
  loadPolicyFile,
  parsePolicy,
  policyOfObject,
  readPolicyFile,
} from "./policy-file.ts";
export type {
  ActorSource,
  HeaderActorSource,
  JwtActorSource,
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
} from "./policy-document.ts";
export { isConditionWord } from "./policy-condition.ts";
export { compileMethod } from "./policy-method.ts";
export { type PolicyText, textsOf } from "./policy-texts.ts";
export { withRoleVerdict } from "./role-verdict.ts";
export { type WhenGroup, whenGroups } from "./policy-when.ts";
