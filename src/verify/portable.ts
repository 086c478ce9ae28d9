/** The part of this room that runs in a browser too: everything but reading files and `node:crypto`. */
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
export type { Finding, FindingCode, Severity } from "./findings.ts";
export type { Trust, UsedKey } from "./key-ring.ts";
export { reportOf, type VerificationReport, type Verdict } from "./report.ts";
export type { StreamSummary } from "./stream-judge.ts";
export {
  createVerification,
  type Verification,
  type VerificationFacts,
  type VerificationOptions,
} from "./verification.ts";
export { createWebCrypto } from "./web-crypto.ts";
