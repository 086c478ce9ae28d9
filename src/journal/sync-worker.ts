/**
 * The thread that waits for the disk, so that neither the event loop nor the libuv pool does.
 *
 * In: `{ path, upTo }`. Out: `{ upTo }`, or `{ upTo, error }`, when everything written to that file
 * before the request survives power loss.
 */
import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../lib/errors.ts";
import type { SyncAnswer, SyncRequest, SyncWorkerData } from "./group-sync.ts";
import { holdStream } from "./stream-life.ts";

let openPath = "";
let fd = -1;

function sync(path: string): void {
  if (path !== openPath) {
    // Any descriptor of the file will do: fdatasync is about the file, not about who wrote.
    const next = openSync(path, "r+");
    if (fd >= 0) closeSync(fd);
    fd = next;
    openPath = path;
  }
  fdatasyncSync(fd);
}

const { lockPath } = workerData as SyncWorkerData;
try {
  // Never released: the end of this thread does that. Here, because loading the lock takes time.
  holdStream(lockPath);
} catch {
  // A full disk. Records are written all the same; after a while the stream may be taken for ended.
}

parentPort?.on("message", ({ path, upTo }: SyncRequest) => {
  let answer: SyncAnswer = { upTo };
  try {
    sync(path);
  } catch (error) {
    answer = { upTo, error: messageOf(error) };
  }
  parentPort?.postMessage(answer);
});
