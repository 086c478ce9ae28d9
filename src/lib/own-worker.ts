// An old Node has no such name; the register hook has to come as far as to say that it is too old.
import nodeModule from "node:module";
import { dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker, workerData } from "node:worker_threads";
import { messageOf } from "./errors.ts";

/** Marks the worker data of our threads, so that a preloaded `otel-audit/register` leaves them alone. */
const OWN_WORKER = "otel-audit:worker";

/** What a thread of ours is started with. */
export interface OwnWorkerOptions<Answer> {
  /** `import.meta.url` of the module that the thread's module stands beside. */
  readonly callerUrl: string;
  /** File name of the thread's module, without extension. */
  readonly module: string;
  readonly data?: object;
  /**
   * Megabytes for what the thread has just made. Default: what Node takes for every thread, 48. Less is
   * enough, and as fast, for one that is done with everything after a few milliseconds.
   */
  readonly youngMegabytes?: number;
  readonly onMessage: (answer: Answer) => void;
  /** The thread ended, by an error or by being terminated. */
  readonly onEnd: (why: string) => void;
}

/**
 * Starts a thread of ours. It keeps no process alive unless `ref()` is called, and inherits neither
 * preloads nor the environment of the application; where Node keeps what it compiled for the application
 * (NODE_COMPILE_CACHE), it keeps the thread's code there as well.
 */
export function startOwnWorker<Answer>(options: OwnWorkerOptions<Answer>): Worker {
  const { callerUrl, module, youngMegabytes } = options;
  const file = new URL(`./${module}${extname(fileURLToPath(callerUrl))}`, callerUrl);
  const worker = new Worker(file, {
    workerData: { ...options.data, [OWN_WORKER]: true },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: compileCache(),
    ...(youngMegabytes === undefined
      ? {}
      : { resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } }),
    name: module,
  });
  worker.on("message", options.onMessage);
  worker.on("error", (error) => options.onEnd(messageOf(error)));
  worker.on("exit", (code) => options.onEnd(`exit code ${code}`));
  // Last: every listener for messages refs the thread again.
  worker.unref();
  return worker;
}

function compileCache(): NodeJS.ProcessEnv {
  const directory = nodeModule.getCompileCacheDir();
  // What it gives is the folder of this version of Node in the directory that was asked for.
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
}

/** Whether this thread was started by {@link startOwnWorker}. */
export function isOwnWorker(): boolean {
  return typeof workerData === "object" && workerData !== null && OWN_WORKER in workerData;
}
