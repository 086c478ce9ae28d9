/**
 * Verification of a trail: whether records are what was signed, and whether all of them are there.
 *
 * In: files of any form, or bytes. Out: a report. Nothing is written, and no OpenTelemetry SDK is
 * loaded. In a browser the same without files.
 */
export type { CallReconciliation } from "./call-ledger.ts";
export type { Awaitable, VerifyCrypto } from "./crypto.ts";
export type { GapClaim } from "./examined-block.ts";
export type { Finding, FindingCode, Severity, UnlistedFindings } from "./findings.ts";
export type { Trust, UsedKey } from "./key-ring.ts";
export type {
  GapRecord,
  GapReport,
  MissingRange,
  MissingRecords,
  PurgedRecords,
  UnclosedStream,
} from "./gap-report.ts";
export { gapsOf, type GapsOptions } from "./gaps.ts";
export { inspectRecord, type InspectRecordOptions } from "./inspect-record.ts";
export type {
  Digest,
  InspectedCheckpoint,
  InspectedCopy,
  InspectedField,
  InspectedLeaf,
  InspectedStep,
  Inspection,
} from "./inspection.ts";
export type { ReconciledCalls } from "./reconcile-calls.ts";
export { openAnchor } from "./open-anchor.ts";
export type { VerificationReport, Verdict } from "./report.ts";
export type { StreamSummary } from "./judged-stream.ts";
export type { TimeWindow } from "./time-window.ts";
export type { AnchoredFacts, AnchoredHead } from "./anchor-heads.ts";
export type {
  CallerOptions,
  CutState,
  VerificationFacts,
  VerificationOptions,
} from "./verification-options.ts";
export { verifyInputs, type VerifyInput, type VerifyInputsOptions } from "./verify-inputs.ts";
export { createWebCrypto } from "./web-crypto.ts";
export { type Anchor, decodeKey, type NoteKey, type StreamHead } from "../seal/portable.ts";
export { AuditError, type AuditErrorCode } from "../lib/errors.ts";
export { createNodeCrypto } from "./node-crypto.ts";
export { verifyFiles, type VerifyFilesOptions } from "./verify-files.ts";
