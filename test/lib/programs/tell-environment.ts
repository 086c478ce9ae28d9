/** A thread that tells its environment, and where Node keeps what it compiled for it. */
import { getCompileCacheDir } from "node:module";
import { parentPort } from "node:worker_threads";

parentPort?.postMessage({ env: { ...process.env }, cache: getCompileCacheDir() });
