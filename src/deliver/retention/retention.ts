/**
 * Deleting what the journal has kept for long enough.
 *
 * In: rules. Out: fewer segments, and before each deletion a durable record of it. One process of a
 * directory does it at a time, in a thread of its own that exists only while it works.
 */
import type { Worker } from "node:worker_threads";
import { type Clock, createSystemClock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import { startOwnWorker } from "../../lib/own-worker.ts";
import { createClockJumps } from "./clock-jumps.ts";
import type { Purge } from "./purge.ts";
import type { PlanOptions, RetentionPlan, RetentionRules } from "./retention-plan.ts";

/** What is kept, and for whom. */
export interface RetentionScope {
  readonly directory: string;
  readonly rules: RetentionRules;
  readonly ownStream: string;
  /** Names of the views that are kept, as in `json`. */
  readonly keptViews: readonly string[];
}

/** What the retention thread is started with. */
export interface RetentionWorkerData
  extends RetentionScope, Pick<PlanOptions, "nowMillis" | "clockProblem"> {}

/** What the retention thread says. */
export type RetentionAnswer =
  | { readonly kind: "warnings"; readonly warnings: RetentionPlan["warnings"] }
  /** Waits for `true`: the record is durable. */
  | { readonly kind: "purge"; readonly purge: Purge }
  | { readonly kind: "done"; readonly problem: string | undefined };

/** Retention of one directory. */
export interface Retention {
  /** The journal has grown by a segment: where its size is limited, it runs now. */
  readonly wake: () => void;
  /** What kept the last run from doing what it was to do, in words. */
  readonly problems: () => readonly string[];
  readonly close: () => void;
}

/** What {@link createRetention} takes. */
export interface RetentionOptions extends RetentionScope {
  /** Writes the record of a purge; resolves when it is durable. */
  readonly record: (purge: Purge) => Promise<void>;
  readonly report: (line: string) => void;
  /** From opening to the first run. Default 5 s: a short process does not pay for it. */
  readonly firstRunMillis?: number;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Told when a run has ended. Default: nobody is. */
  readonly onEnd?: () => void;
}

const FIRST_RUN_MILLIS = 5000;
const PAUSE_MILLIS = 60 * 60 * 1000;
/** The same warning is not said again before. */
const WARNING_PAUSE_MILLIS = 24 * 60 * 60 * 1000;

/** Runs soon, then every hour. Its timer keeps no process alive. */
export function createRetention(options: RetentionOptions): Retention {
  const { directory, rules, ownStream, keptViews, record, report } = options;
  const clock = options.clock ?? createSystemClock();
  const jumps = createClockJumps(clock);
  /** By key, when a warning was said last, monotonic milliseconds. */
  const saidAt = new Map<string, number>();
  let problems: readonly string[] = [];
  let worker: Worker | undefined;
  let isClosed = false;
  let timer = later(options.firstRunMillis ?? FIRST_RUN_MILLIS);

  function later(millis: number): NodeJS.Timeout {
    return setTimeout(run, millis).unref();
  }

  function run(): void {
    clearTimeout(timer);
    if (isClosed) return;
    timer = later(PAUSE_MILLIS);
    if (worker !== undefined) return;
    try {
      const started = startOwnWorker<RetentionAnswer>({
        callerUrl: import.meta.url,
        module: "retention-worker",
        data: {
          directory,
          rules,
          ownStream,
          keptViews,
          nowMillis: Number(clock.nowMicros() / 1000n),
          clockProblem: jumps.problem(),
        } satisfies RetentionWorkerData,
        // One that was stopped speaks and ends later, when the next may be at work.
        onMessage: (message) => {
          if (worker === started) answered(message, started);
        },
        onEnd: (why) => {
          if (worker !== started) return;
          failed(`its thread ended: ${why}`);
          stop();
        },
      });
      worker = started;
    } catch (error) {
      failed(messageOf(error));
    }
  }

  function answered(message: RetentionAnswer, asking: Worker): void {
    switch (message.kind) {
      case "warnings":
        return warn(message.warnings);
      case "purge":
        return void purge(message.purge, asking);
      case "done":
        if (message.problem !== undefined) failed(message.problem);
        stop();
    }
  }

  function warn(warnings: RetentionPlan["warnings"]): void {
    problems = warnings.filter(({ isProblem }) => isProblem).map(({ line }) => line);
    const nowMillis = clock.monotonicMillis();
    for (const { key, line } of warnings) {
      if (nowMillis - (saidAt.get(key) ?? -Infinity) < WARNING_PAUSE_MILLIS) continue;
      saidAt.set(key, nowMillis);
      report(line);
    }
  }

  async function purge(what: Purge, asking: Worker): Promise<void> {
    try {
      await record(what);
    } catch (error) {
      if (worker !== asking) return;
      failed(`nothing is deleted that no record names: ${messageOf(error)}`);
      return stop();
    }
    // Never the next one: what it asks for is not recorded yet.
    if (worker === asking) asking.postMessage(true);
  }

  function failed(why: string): void {
    report(
      `the retention of the journal did not run to its end (${why}); it is tried again in an hour`,
    );
  }

  function stop(): void {
    void worker?.terminate();
    worker = undefined;
    options.onEnd?.();
  }

  return {
    wake() {
      if (rules.maxBytes < Infinity) run();
    },
    problems: () => problems,
    close() {
      isClosed = true;
      clearTimeout(timer);
      stop();
    },
  };
}
