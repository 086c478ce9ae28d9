import type { Worker } from "node:worker_threads";
import type { FileChange } from "../../event/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { startOwnWorker } from "../../lib/own-worker.ts";
import type { RoomOptions } from "./room.ts";
import type { ViewFormat } from "./view-keeper.ts";
import type { ViewShape } from "./view-shape.ts";

/** What the view thread is started with. */
export interface ViewWorkerData extends RoomOptions {
  readonly format: ViewFormat;
  readonly shape: ViewShape;
  /**
   * Shared: first 1 where there are records that were not there at its last look, then a number
   * that changes with every sign of life.
   */
  readonly news: Int32Array;
}

/** What the main thread asks of the view thread. */
export type ViewRequest =
  | { readonly kind: "flush"; readonly id: number }
  | { readonly kind: "close"; readonly done: Int32Array; readonly isExit: boolean };

/** What the view thread answers. */
export type ViewAnswer =
  | { readonly kind: "flushed"; readonly id: number }
  | { readonly kind: "closed" }
  /** What is wrong from now on; undefined: nothing. */
  | { readonly kind: "problem"; readonly problem: string | undefined }
  | { readonly kind: "fileChanged"; readonly change: FileChange }
  | { readonly kind: "report"; readonly line: string };

/** The service's end of the views: it says that there is something new, and goes on. */
export interface ViewWriter {
  /** Free: the thread looks a few times a second. */
  readonly wake: () => void;
  /** Why the views do not follow the journal now, as far as this process knows; empty: they do. */
  readonly problems: () => readonly string[];
  /**
   * Resolves when everything written before stands in the views, if this process writes them; also
   * when the thread hangs, which is said.
   */
  readonly flush: () => Promise<void>;
  /**
   * Flushes and ends the thread. Where the views are far behind, it ends after some 10 s, and the
   * next start goes on. A thread that hangs is not waited for.
   */
  readonly close: () => Promise<void>;
  /** The same while the event loop stands still, at process exit. Waits 2 s at most. */
  readonly closeNow: () => void;
}

/** What {@link createViewWriter} takes. */
export interface ViewWriterOptions extends RoomOptions {
  readonly format: ViewFormat;
  /** Default `full`. */
  readonly shape?: ViewShape;
  readonly report: (line: string) => void;
  /** Somebody else did something to a view; it was reported already. */
  readonly fileChanged: (change: FileChange) => void;
  /** A thread that shows no sign of life for so long hangs. Default 15 s. */
  readonly patienceMillis?: number;
}

/** A last run reads for 10 s; the files still have to be written. */
const PATIENCE_MILLIS = 15_000;
/** At process exit the next start catches up with what does not fit into this. */
const EXIT_WAIT_MILLIS = 2000;

/** Starts the view thread. */
export function createViewWriter(options: ViewWriterOptions): ViewWriter {
  const { directory, format, shape = "full", reserveBytes, report, fileChanged } = options;
  const { patienceMillis = PATIENCE_MILLIS } = options;
  const news = new Int32Array(new SharedArrayBuffer(8));
  const waiting = new Map<number, () => void>();
  let flushes = 0;
  let watching: NodeJS.Timeout | undefined;
  let isHanging = false;
  let problem: string | undefined;
  let worker: Worker | null = start();

  /** A process that may start no thread, or has no room for one, is audited without views. */
  function start(): Worker | null {
    try {
      return startOwnWorker<ViewAnswer>({
        callerUrl: import.meta.url,
        module: "view-worker",
        data: { directory, format, shape, reserveBytes, news } satisfies ViewWorkerData,
        onMessage: answered,
        onEnd: ended,
      });
    } catch (error) {
      reportEnd(messageOf(error));
      return null;
    }
  }

  function reportEnd(why: string): void {
    problem = `the view thread ended (${why})`;
    report(`${problem}: the journal goes on, the views catch up at the next start`);
  }

  function ended(why: string): void {
    if (worker === null) return;
    worker = null;
    reportEnd(why);
    letGo();
  }

  /** Nobody waits any longer. */
  function letGo(): void {
    for (const resolve of waiting.values()) resolve();
    waiting.clear();
    rest();
  }

  /** Nothing of ours keeps the process alive, except somebody who waits for an answer. */
  function rest(): void {
    clearInterval(watching);
    watching = undefined;
    worker?.unref();
  }

  /** While somebody waits: a disk, or what stands in place of a file, may hold up the thread for good. */
  function watchLife(): void {
    let last = Atomics.load(news, 1);
    let since = performance.now();
    watching ??= setInterval(() => {
      const now = Atomics.load(news, 1);
      if (now !== last) {
        last = now;
        since = performance.now();
        isHanging = false;
        return;
      }
      if (performance.now() - since < patienceMillis) return;
      if (!isHanging)
        report(
          `the view thread shows no sign of life for ${patienceMillis / 1000} s: it is not waited for; the journal goes on, the views catch up when it does, or at the next start`,
        );
      isHanging = true;
      letGo();
    }, patienceMillis / 10);
  }

  function answered(message: ViewAnswer): void {
    isHanging = false;
    switch (message.kind) {
      case "report":
        return report(message.line);
      case "fileChanged":
        return fileChanged(message.change);
      case "flushed":
        return settle(message.id);
      case "closed":
        return settle(0);
      case "problem":
        problem = message.problem;
        return;
    }
  }

  function settle(id: number): void {
    waiting.get(id)?.();
    waiting.delete(id);
    if (waiting.size === 0) rest();
  }

  function ask(id: number, request: ViewRequest): Promise<void> {
    if (worker === null) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(id, resolve);
    worker.ref();
    worker.postMessage(request);
    watchLife();
    return promise;
  }

  return {
    // Not a message: one a record would cost the service more than the views do.
    wake: () => void Atomics.store(news, 0, 1),
    problems: () => [
      ...(isHanging ? ["the view thread shows no sign of life"] : []),
      ...(problem === undefined ? [] : [problem]),
    ],
    flush: () => {
      const id = ++flushes;
      return ask(id, { kind: "flush", id });
    },
    async close() {
      const done = new Int32Array(new SharedArrayBuffer(4));
      await ask(0, { kind: "close", done, isExit: false });
      const stopped = worker;
      worker = null;
      const end = stopped?.terminate();
      // In a system call it ends when that does.
      if (!isHanging) await end;
    },
    closeNow() {
      if (worker === null) return;
      const done = new Int32Array(new SharedArrayBuffer(4));
      worker.postMessage({ kind: "close", done, isExit: true } satisfies ViewRequest);
      Atomics.wait(done, 0, 0, EXIT_WAIT_MILLIS);
      worker = null;
    },
  };
}
