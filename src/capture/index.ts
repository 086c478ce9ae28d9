/** Where it is said for you: audited gRPC handlers, and the audit policy that says what a call is. */
export { type ActorCall, type ActorFunction, compileActor, type FindActor } from "./actor.ts";
export { type CaptureSwitch, isGrpcModule, patchGrpc } from "./audit-grpc.ts";
export type { CaptureTarget } from "./capture-target.ts";
export type { GrpcModule } from "./grpc-types.ts";
export { createOpenCalls, type OpenCalls } from "./open-calls.ts";
export type { Peer } from "./peer.ts";
export { type AuditPolicy, compilePolicy } from "./policy.ts";
export { type LoadedPolicy, loadPolicyFile, parsePolicy, policyOfObject } from "./policy-file.ts";
export type {
  ActorSource,
  HeaderActorSource,
  PolicyAction,
  PolicyDocument,
  PolicyRule,
  PolicySources,
  PolicyValue,
} from "./policy-schema.ts";
