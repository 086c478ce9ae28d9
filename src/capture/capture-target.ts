import type { Catalogue } from "../event/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { CallTotals, Draft } from "../record/index.ts";
import type { FindActor } from "./actor.ts";
import type { OpenCalls } from "./open-calls.ts";
import type { AuditPolicy } from "./policy.ts";

/** What capture writes to, and asks. */
export interface CaptureTarget {
  readonly policy: AuditPolicy;
  readonly findActor: FindActor;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Makes call ids. */
  readonly newId: () => string;
  /** Redacts and writes; throws when the disk refuses, which is counted and reported already. */
  readonly emit: (draft: Draft) => string;
  /** Resolves when all that was emitted survives power loss; rejects when it may not. */
  readonly synced: () => Promise<void>;
  /** Counts a record that could not even be made: a gap record will say so. */
  readonly lost: (why: string) => void;
  /** Counts and reports a call that was refused because it could not be audited. */
  readonly refused: (method: string, why: string) => void;
  /** Reports that the result of a `closed` action was not confirmed in time; its reply has left. */
  readonly unconfirmed: (method: string, why: string) => void;
  readonly report: (line: string) => void;
  readonly openCalls: OpenCalls;
  /** How many calls there were, whatever became of their records. */
  readonly calls: CallTotals;
}

/** Messages and their serialized bytes, each way. */
export interface CallTally {
  requests: number;
  requestBytes: number;
  responses: number;
  responseBytes: number;
}
