import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker, workerData } from "node:worker_threads";

/** Marks the worker data of our threads, so that a preloaded `otel-audit/register` leaves them alone. */
const OWN_WORKER = "otel-audit:worker";

/**
 * Starts a thread of ours from a module beside the caller. The thread keeps no process alive, and
 * inherits neither preloads nor the environment of the application.
 */
export function startOwnWorker(callerUrl: string, module: string, data: object): Worker {
  const file = new URL(`./${module}${extname(fileURLToPath(callerUrl))}`, callerUrl);
  const worker = new Worker(file, {
    workerData: { ...data, [OWN_WORKER]: true },
    execArgv: [],
    env: {},
    name: module,
  });
  worker.unref();
  return worker;
}

/** Whether this thread was started by {@link startOwnWorker}. */
export function isOwnWorker(): boolean {
  return typeof workerData === "object" && workerData !== null && OWN_WORKER in workerData;
}
