import type { Worker } from "node:worker_threads";
import { AuditError, messageOf } from "../lib/errors.ts";
import { startOwnWorker } from "../lib/own-worker.ts";
import { careFor, type CareRequest, type CareResult } from "./segment-care.ts";
import type { Conclusion } from "./segment-mending.ts";
import { holdStream, type StreamHold } from "./stream-life.ts";
import { createSyncCounts } from "./sync-counts.ts";
import type { SyncAnswer, SyncRequest, SyncWorkerData } from "./sync-messages.ts";

/** Groups the waiting for the disk: one fdatasync answers everybody who wrote before it began. */
export interface GroupSync {
  /** Resolves when everything that was written before the call survives power loss. */
  readonly wait: () => Promise<void>;
  /**
   * The same within {@link LAZY_SYNC_MILLIS} for those who do not wait: what fails is reported.
   *
   * @param isCounted whether it is about a write that is counted.
   */
  readonly request: (isCounted: boolean) => void;
  /** Why the last sync failed; undefined: it did not. */
  readonly problem: () => string | undefined;
  /** Counted writes whose sync failed. */
  readonly unconfirmed: () => number;
  /** Looks after everything in this thread, and settles everybody. Blocks. */
  readonly now: () => void;
  /** Counted writes that survive power loss, as far as the disk told. */
  readonly confirmed: () => number;
  /** Settles everybody at once; for the moment the process ends. */
  readonly close: () => void;
  /** Resolves when no thread uses the journal's descriptors any more. */
  readonly ended: () => Promise<void>;
}

/**
 * What nobody waits for is synced with what comes in this time: a sync costs the machine more than a
 * record does, and what it adds is the power-loss window, which no acknowledgement depends on.
 */
const LAZY_SYNC_MILLIS = 20;

interface Waiter {
  readonly ticket: number;
  readonly resolve: () => void;
  readonly reject: (error: AuditError) => void;
}

/** What a {@link GroupSync} needs of the journal. */
export interface SyncTarget {
  /** The segments that are to be made durable, as they are now. */
  readonly unconfirmed: () => CareRequest;
  /** Takes note of what came of it, and says what that is worth. */
  readonly conclude: (result: CareResult & { readonly freeBytes?: number }) => Conclusion;
  /** No thread is at work with the descriptors: those that are not needed may be closed. */
  readonly idle: () => void;
  /** Syncing works again, and nobody knows what became of so many records before. */
  readonly recovered: (unconfirmed: number, why: string) => void;
  /** The file whose lock says that the stream is being written. */
  readonly lockPath: string;
  /** The audit directory. */
  readonly directory: string;
  /** Tells people that the sync thread is gone. */
  readonly report: (line: string) => void;
  /** After every answer of the disk, good or bad: once for all who wrote meanwhile. Must not throw. */
  readonly onAnswer?: (() => void) | undefined;
}

/** What failed is tried again after this time. */
const RETRY_MILLIS = 1000;
/** Whoever changes a file again and again is not waited for: at the third time it is an error. */
const MAX_ROUNDS = 3;

/** Starts the sync thread with the first wait, not before. */
export function createGroupSync(target: SyncTarget): GroupSync {
  let worker: Worker | null = null;
  let isWorkerUsable = true;
  let isBusy = false;
  let tickets = 0;
  let waiting: Waiter[] = [];
  /** Highest ticket that somebody who does not wait has taken; 0 when all of them are synced. */
  let requested = 0;
  let lazyTimer: NodeJS.Timeout | undefined;
  const counts = createSyncCounts({ report: target.report, recovered: target.recovered });
  let ended: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  let retryTimer: NodeJS.Timeout | undefined;
  let hold: StreamHold | undefined;
  /** Syncs one after the other that changed something and have to be done again. */
  let rounds = 0;

  /** Also when nobody writes any more: the disk may work again, and what is to be mended waits. */
  function retry(): void {
    retryTimer = undefined;
    poke();
  }

  function poke(): void {
    requested = ++tickets;
    next();
  }

  function settle(upTo: number, error?: AuditError): void {
    counts.answered(error?.message);
    if (error !== undefined && !isClosed) retryTimer ??= setTimeout(retry, RETRY_MILLIS).unref();
    if (requested <= upTo) requested = 0;
    const done = waiting.filter(({ ticket }) => ticket <= upTo);
    waiting = waiting.filter(({ ticket }) => ticket > upTo);
    for (const waiter of done) {
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
    }
    target.onAnswer?.();
  }

  function syncHere(): void {
    if (!isWorkerUsable && !isClosed) holdHere();
    counts.asked();
    for (let round = 1; ; round++) {
      const conclusion = target.conclude(careFor(target.unconfirmed()));
      if (conclusion.kind === "again" && round < MAX_ROUNDS) continue;
      if (!isBusy) target.idle();
      return conclude(tickets, conclusion);
    }
  }

  function conclude(upTo: number, conclusion: Conclusion): void {
    if (conclusion.kind === "durable") return settle(upTo);
    const why = conclusion.kind === "failed" ? conclusion.why : "somebody else changes its files";
    settle(upTo, syncFailed(why));
  }

  function answerOf({ upTo, ...result }: SyncAnswer): void {
    if (isClosed) return;
    const conclusion = target.conclude(result);
    // Found by the way, while nobody waited: what was changed is looked after with the next sync.
    if (upTo === undefined) return poke();
    isBusy = false;
    target.idle();
    // Nobody is answered for records that stand in a file which is not there.
    rounds = conclusion.kind === "again" ? rounds + 1 : 0;
    if (rounds > 0 && rounds < MAX_ROUNDS) return next();
    conclude(upTo, conclusion);
    if (waiting.length === 0 && requested > 0) nextLazily();
    else next();
  }

  function startWorker(): Worker {
    return startOwnWorker<SyncAnswer>({
      callerUrl: import.meta.url,
      module: "sync-worker",
      data: {
        lockPath: target.lockPath,
        directory: target.directory,
      } satisfies SyncWorkerData,
      onMessage: answerOf,
      onEnd: abandonWorker,
    });
  }

  function abandonWorker(why: string): void {
    if (!isWorkerUsable) return;
    isWorkerUsable = false;
    isBusy = false;
    worker = null;
    target.report(
      `the sync thread ended (${why}): records are synced on the main thread from now on`,
    );
    syncHere();
  }

  /** The lock went with the thread. Not waited for here: what failed is tried again with the next sync. */
  function holdHere(): void {
    if (hold === undefined) hold = holdStream(target.lockPath, 0);
    else hold.renew();
  }

  /** Keeps no process alive: the end of the process syncs. */
  function nextLazily(): void {
    worker?.unref();
    lazyTimer ??= setTimeout(next, LAZY_SYNC_MILLIS).unref();
  }

  function next(): void {
    clearTimeout(lazyTimer);
    lazyTimer = undefined;
    if (isBusy) return;
    if (waiting.length === 0 && requested === 0) {
      // Nothing of ours keeps the process alive, except somebody who waits for an answer.
      worker?.unref();
      return;
    }
    if (!isWorkerUsable) return syncHere();
    try {
      worker ??= startWorker();
    } catch (error) {
      return abandonWorker(messageOf(error));
    }
    worker.ref();
    isBusy = true;
    counts.asked();
    worker.postMessage({ ...target.unconfirmed(), upTo: tickets } satisfies SyncRequest);
  }

  return {
    problem: counts.problem,
    unconfirmed: counts.unconfirmed,
    confirmed: counts.confirmed,
    request(isCounted) {
      if (isCounted) counts.wrote();
      requested = ++tickets;
      if (!isBusy) nextLazily();
    },
    wait() {
      const ticket = ++tickets;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ ticket, resolve, reject });
      next();
      return promise;
    },
    now() {
      syncHere();
      next();
    },
    close() {
      isClosed = true;
      clearTimeout(retryTimer);
      clearTimeout(lazyTimer);
      isWorkerUsable = false;
      syncHere();
      hold?.release();
      ended = Promise.resolve(worker?.terminate());
      worker = null;
    },
    async ended() {
      await ended;
    },
  };
}

function syncFailed(message: string): AuditError {
  return new AuditError("sync_failed", `the journal could not be made durable: ${message}`);
}
