/** The part of this room that runs in a browser too: everything but reading files and `node:crypto`. */
export type { CallReconciliation } from "./call-ledger.ts";
export type { Awaitable, VerifyCrypto } from "./crypto.ts";
export type { GapClaim } from "./examined-block.ts";
export type { Finding, FindingCode, Severity, UnlistedFindings } from "./findings.ts";
export type { Trust, UsedKey } from "./key-ring.ts";
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
