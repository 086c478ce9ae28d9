import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { AuditError } from "../lib/errors.ts";
import { startOwnWorker } from "../lib/own-worker.ts";
import { type Block, decodeBlock } from "../read/index.ts";
import type { ExaminedBlock } from "./examined-block.ts";
import { examinePiece } from "./examine-piece.ts";
import { createExaminer } from "./examine.ts";
import { createNodeCrypto } from "./node-crypto.ts";

/** Examines pieces of files, in threads where that pays. */
export interface Examiners {
  readonly examine: (block: Block) => Promise<ExaminedBlock>;
  /** So many pieces may be under way before the results are taken. */
  readonly capacity: number;
  readonly close: () => Promise<void>;
}

/** Half of what a thread takes unasked: the records of a piece are gone when the next one comes. */
const YOUNG_MEGABYTES = 24;
/** More threads wait for the one that reads. */
const MAX_THREADS = 8;

/** In the thread of the caller. */
export function createLocalExaminer(): Examiners {
  const examiner = createExaminer(createNodeCrypto());
  return {
    capacity: 1,
    examine: (block) => examinePiece(block, examiner, decodeBlock),
    close: async () => {},
  };
}

/** In threads of their own, one for each core. */
export function createExaminers(): Examiners {
  const count = Math.min(MAX_THREADS, availableParallelism());
  const threads = Array.from({ length: count }, createThread);
  let next = 0;
  return {
    // Each thread has one piece at work and one that waits.
    capacity: count * 2,
    examine: (block) => {
      const thread = threads[next++ % count];
      if (thread === undefined) throw new AuditError("unreadable", "no thread to read with");
      return thread.examine(block);
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  readonly examine: (block: Block) => Promise<ExaminedBlock>;
  readonly close: () => Promise<unknown>;
}

/** Answers come in the order of the questions. */
function createThread(): Thread {
  const asked: PromiseWithResolvers<ExaminedBlock>[] = [];
  const worker: Worker = startOwnWorker<ExaminedBlock>({
    callerUrl: import.meta.url,
    module: "examine-worker",
    youngMegabytes: YOUNG_MEGABYTES,
    onMessage: (examined) => asked.shift()?.resolve(examined),
    onEnd(why) {
      const error = new AuditError("unreadable", `a thread that reads ended: ${why}`);
      for (const { reject } of asked.splice(0)) reject(error);
    },
  });
  worker.ref();
  return {
    examine(block) {
      const answer = Promise.withResolvers<ExaminedBlock>();
      asked.push(answer);
      worker.postMessage(block, [block.bytes.buffer]);
      return answer.promise;
    },
    close: () => worker.terminate(),
  };
}
