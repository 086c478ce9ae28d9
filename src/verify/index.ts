/**
 * Verification of a trail: whether records are what was signed, and whether all of them are there.
 *
 * In: files of any form, or records. Out: a report. Nothing is written, and no OpenTelemetry SDK is
 * loaded. In a browser the same without files: see the browser condition of `otel-audit/verify`.
 */
export { openAnchor } from "./open-anchor.ts";
export type { CallReconciliation } from "./call-ledger.ts";
export type { Awaitable, VerifyCrypto } from "./crypto.ts";
export {
  createExaminer,
  type Examined,
  type Examiner,
  type FieldFinding,
  type FieldState,
} from "./examine.ts";
export { examineBlock, type ReadBlock, type ReadRecord } from "./examine-block.ts";
export type { ExaminedBlock } from "./examined-block.ts";
export { explainedBy, type IsExplained } from "./explained.ts";
export type { Finding, FindingCode, Severity } from "./findings.ts";
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
export { createNodeCrypto } from "./node-crypto.ts";
export { reportOf, type VerificationReport, type Verdict } from "./report.ts";
export type { StreamSummary } from "./stream-judge.ts";
export {
  createVerification,
  type Verification,
  type VerificationFacts,
  type VerificationOptions,
} from "./verification.ts";
export { verifyFiles, type VerifyFilesOptions } from "./verify-files.ts";
export { createWebCrypto } from "./web-crypto.ts";
