import type { OpenCalls } from "../capture/index.ts";
import type { ViewShape } from "../deliver/index.ts";
import type { Journal } from "../journal/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Report } from "./line-writer.ts";

/** What a test puts in the place of disk, stderr, timers, time and chance. */
export interface Surroundings {
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Default: random ids. */
  readonly newId?: () => string;
  readonly journal: Journal;
  readonly openCalls: OpenCalls;
  readonly report: Report;
}

/** What is not the same for every audit log. */
export interface OpeningOptions {
  /** Default `full`. */
  readonly shape?: ViewShape;
  /** Where the directory cannot be written, and nothing is shipped: default `throw`. */
  readonly whenUnusable?: "throw" | "refuse";
  readonly surroundings?: Surroundings;
  /**
   * True: records are written without commitments and checkpoints, so that nobody can prove them. For
   * the benchmarks, which measure what sealing costs; nothing a user sets leads here. Default false.
   */
  readonly isUnsealedForBenchmark?: boolean;
}
