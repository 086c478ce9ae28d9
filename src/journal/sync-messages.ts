import type { CareRequest, CareResult } from "./segment-care.ts";

/** What the main thread asks of the sync thread. */
export interface SyncRequest extends CareRequest {
  readonly upTo: number;
}

/** What the sync thread is started with. */
export interface SyncWorkerData {
  readonly lockPath: string;
  /** The audit directory. */
  readonly directory: string;
}

/** What the sync thread answers; or says, without `upTo`, when it was not asked. */
export interface SyncAnswer extends CareResult {
  readonly upTo?: number;
  /** Room on the filesystem, now and then. */
  readonly freeBytes?: number;
}
