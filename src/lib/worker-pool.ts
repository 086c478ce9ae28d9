/** Threads of ours that answer questions. */
import { availableParallelism } from "node:os";
import type { Transferable, Worker } from "node:worker_threads";
import { AuditError } from "./errors.ts";
import { type OwnWorkerOptions, startOwnWorker } from "./own-worker.ts";

/** Answers questions, each in one of several threads. */
export interface WorkerPool<Question, Answer> {
  /**
   * @param transfer what is handed over, and not copied.
   * @throws {AuditError} as a rejection: `unreadable` when the thread ended.
   */
  readonly ask: (question: Question, transfer?: readonly Transferable[]) => Promise<Answer>;
  /** So many questions keep all threads busy. */
  readonly capacity: number;
  readonly close: () => Promise<void>;
}

/** The thread's module answers each message with one message, in their order. */
export type WorkerPoolOptions = Pick<
  OwnWorkerOptions<never>,
  "callerUrl" | "module" | "data" | "youngMegabytes"
>;

/** More threads wait for the one that reads. */
const MAX_THREADS = 8;

/** Starts one thread for each core. They keep the process alive until they are closed. */
export function createWorkerPool<Question, Answer>(
  options: WorkerPoolOptions,
): WorkerPool<Question, Answer> {
  const count = Math.min(MAX_THREADS, availableParallelism());
  const threads = Array.from({ length: count }, () => createThread<Question, Answer>(options));
  let next = 0;
  return {
    // Each thread has one question at work and one that waits.
    capacity: count * 2,
    ask(question, transfer) {
      const thread = threads[next++ % count];
      if (thread === undefined) throw new AuditError("unreadable", "no thread to read with");
      return thread.ask(question, transfer);
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread<Question, Answer> extends Pick<WorkerPool<Question, Answer>, "ask"> {
  readonly close: () => Promise<unknown>;
}

/** Answers come in the order of the questions. */
function createThread<Question, Answer>(options: WorkerPoolOptions): Thread<Question, Answer> {
  const asked: PromiseWithResolvers<Answer>[] = [];
  let ending: AuditError | undefined;
  const worker: Worker = startOwnWorker<Answer>({
    ...options,
    onMessage: (answer) => asked.shift()?.resolve(answer),
    onEnd(why) {
      ending ??= new AuditError("unreadable", `a thread that reads ended: ${why}`);
      for (const { reject } of asked.splice(0)) reject(ending);
    },
  });
  worker.ref();
  return {
    ask(question, transfer = []) {
      if (ending !== undefined) return Promise.reject(ending);
      const answer = Promise.withResolvers<Answer>();
      asked.push(answer);
      worker.postMessage(question, transfer);
      return answer.promise;
    },
    close: () => worker.terminate(),
  };
}
