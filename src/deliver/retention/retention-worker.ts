/**
 * The thread of one retention run: ten thousand segments do not stop the event loop.
 *
 * In: {@link RetentionWorkerData}; then, for each purge, whether the record that names it is durable.
 * Out: {@link RetentionAnswer}. Nothing is deleted that no durable record names.
 */
import { join } from "node:path";
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { stateDirectory } from "../../format/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { tryLockFile } from "../../lib/file-lock.ts";
import { makeDirectory } from "../../lib/files.ts";
import { deleteSegments, describePurge, partsOf } from "./purge.ts";
import type { RetentionAnswer, RetentionWorkerData } from "./retention.ts";
import { planRetention } from "./retention-plan.ts";
import { loadRetentionState } from "./retention-state.ts";
import { removeStaleState } from "./stale-state.ts";
import { viewProgressOf } from "./view-progress.ts";

function answer(message: RetentionAnswer): void {
  parentPort?.postMessage(message);
}

async function run(data: RetentionWorkerData): Promise<void> {
  const { directory, rules, ownStream, keptViews, nowMillis, clockProblem } = data;
  makeDirectory(stateDirectory(directory));
  const lock = tryLockFile(join(stateDirectory(directory), "retention.lock"));
  // Another process of the directory is at it.
  if (lock === null) return;
  try {
    const state = loadRetentionState(directory);
    const views = viewProgressOf(directory, keptViews);
    const plan = planRetention({
      directory,
      rules,
      ownStream,
      views,
      state,
      nowMillis,
      clockProblem,
    });
    // Times of a clock that is wrong are not remembered.
    if (clockProblem === undefined) state.save();
    answer({ kind: "warnings", warnings: plan.warnings });
    for (const part of plan.deletions.flatMap(partsOf)) {
      answer({ kind: "purge", purge: describePurge(part) });
      if (!(await isRecorded())) return;
      deleteSegments(directory, part.segments);
    }
    removeStaleState(directory, { ownStream, nowMillis });
  } finally {
    lock.release();
  }
}

async function isRecorded(): Promise<boolean> {
  if (parentPort === null) return false;
  const [isDurable] = (await once(parentPort, "message")) as unknown[];
  return isDurable === true;
}

try {
  await run(workerData as RetentionWorkerData);
  answer({ kind: "done", problem: undefined });
} catch (error) {
  answer({ kind: "done", problem: messageOf(error) });
}
