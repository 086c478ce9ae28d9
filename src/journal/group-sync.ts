import type { Worker } from "node:worker_threads";
import { AuditError, messageOf } from "../lib/errors.ts";
import { startOwnWorker } from "../lib/own-worker.ts";
import { holdStream } from "./stream-life.ts";

/** What the main thread asks of the sync thread. */
export interface SyncRequest {
  readonly path: string;
  readonly upTo: number;
}

/** What the sync thread is started with. */
export interface SyncWorkerData {
  readonly lockPath: string;
}

/** What the sync thread answers. */
export interface SyncAnswer {
  readonly upTo: number;
  readonly error?: string;
}

/** Groups the waiting for the disk: one fdatasync answers everybody who wrote before it began. */
export interface GroupSync {
  /** Resolves when everything that was written before the call survives power loss. */
  readonly wait: () => Promise<void>;
  /** The same within {@link LAZY_SYNC_MILLIS} for those who do not wait: what fails is reported. */
  readonly request: () => void;
  /** Why the last sync failed; undefined: it did not. */
  readonly problem: () => string | undefined;
  /** Writes whose sync failed. */
  readonly unconfirmed: () => number;
  /** Settles everybody at once; for the moment the process ends. */
  readonly close: () => void;
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
  /** Path of the file that is being written. */
  readonly path: () => string;
  /** The file whose lock says that the stream is being written. */
  readonly lockPath: string;
  /** Syncs that file in this thread: the way out when there is no sync thread. */
  readonly syncNow: () => void;
  /** Tells people that the sync thread is gone. */
  readonly report: (line: string) => void;
}

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
  let problem: string | undefined;
  /** Writes that somebody asked to sync, those that the sync under way is about, and those answered for. */
  let written = 0;
  let asked = 0;
  let answered = 0;
  let unconfirmed = 0;

  /** A disk that fails says so once; whether it kept what was written before, nobody knows afterwards. */
  function noteOutcome(error: AuditError | undefined): void {
    if (error !== undefined) unconfirmed += asked - answered;
    answered = asked;
    if (error !== undefined && problem === undefined) target.report(error.message);
    if (error === undefined && problem !== undefined) {
      target.report(
        `the journal is durable again; ${unconfirmed} records before may not survive power loss`,
      );
    }
    problem = error?.message;
  }

  function settle(upTo: number, error?: AuditError): void {
    noteOutcome(error);
    if (requested <= upTo) requested = 0;
    const done = waiting.filter(({ ticket }) => ticket <= upTo);
    waiting = waiting.filter(({ ticket }) => ticket > upTo);
    for (const waiter of done) {
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
    }
  }

  function syncHere(): void {
    asked = written;
    try {
      target.syncNow();
      settle(tickets);
    } catch (error) {
      settle(tickets, syncFailed(messageOf(error)));
    }
  }

  function startWorker(): Worker {
    return startOwnWorker<SyncAnswer>({
      callerUrl: import.meta.url,
      module: "sync-worker",
      data: { lockPath: target.lockPath } satisfies SyncWorkerData,
      onMessage: ({ upTo, error }) => {
        isBusy = false;
        settle(upTo, error === undefined ? undefined : syncFailed(error));
        if (waiting.length === 0 && requested > 0) nextLazily();
        else next();
      },
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
    holdHere();
    syncHere();
  }

  /** The lock went with the thread. */
  function holdHere(): void {
    try {
      holdStream(target.lockPath);
    } catch {
      // As in the thread.
    }
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
    asked = written;
    worker.postMessage({ path: target.path(), upTo: tickets } satisfies SyncRequest);
  }

  return {
    problem: () => problem,
    unconfirmed: () => unconfirmed,
    request() {
      written++;
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
    close() {
      clearTimeout(lazyTimer);
      isWorkerUsable = false;
      syncHere();
      void worker?.terminate();
      worker = null;
    },
  };
}

function syncFailed(message: string): AuditError {
  return new AuditError("sync_failed", `the journal could not be made durable: ${message}`);
}
