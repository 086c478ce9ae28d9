/**
 * The thread that looks for streams whose process died: asking whether one did takes time.
 *
 * In: {@link AdoptionWorkerData}; then, for each tail, how far its stream is under checkpoints now. Out:
 * {@link AdoptionAnswer}. One process of a directory does it at a time.
 */
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { stateDirectory } from "../format/index.ts";
import { messageOf } from "../lib/errors.ts";
import { type FileLock, tryLockFile } from "../lib/file-lock.ts";
import { makeDirectory } from "../lib/files.ts";
import type { SealedEnd, Tail } from "../seal/index.ts";
import type { AdoptionAnswer, AdoptionWorkerData } from "./adoption.ts";
import { lookForDeadStreams } from "./adoption-look.ts";

/** While another process is at it: of what it leaves undone, because it dies too, we take care. */
const LOCK_PAUSE_MILLIS = 1000;

function answer(message: AdoptionAnswer): void {
  parentPort?.postMessage(message);
}

async function lockIn(directory: string): Promise<FileLock> {
  makeDirectory(stateDirectory(directory));
  for (;;) {
    const lock = tryLockFile(join(stateDirectory(directory), "adopt.lock"));
    if (lock !== null) return lock;
    await pause(LOCK_PAUSE_MILLIS);
  }
}

/** Where a tail cannot be adopted, this thread is ended instead of answered. */
async function adopt(tail: Tail): Promise<SealedEnd> {
  if (parentPort === null) throw new Error("there is nobody who adopts");
  answer({ kind: "tail", tail });
  const [end] = (await once(parentPort, "message")) as [SealedEnd];
  return end;
}

async function run({ directory, ownStream }: AdoptionWorkerData): Promise<boolean> {
  const lock = await lockIn(directory);
  try {
    const report = (line: string): void => answer({ kind: "report", line });
    return await lookForDeadStreams({ directory, ownStream, adopt, report });
  } finally {
    lock.release();
  }
}

try {
  answer({ kind: "done", isComplete: await run(workerData as AdoptionWorkerData) });
} catch (error) {
  answer({ kind: "failed", why: messageOf(error) });
}
