/**
 * The thread that waits for the disk, so that neither the event loop nor the libuv pool does.
 *
 * In: `{ path, upTo }`. Out: `{ upTo }`, or `{ upTo, error }`, when everything written to that file
 * before the request survives power loss.
 */
import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { messageOf } from "../lib/errors.ts";
import type { SyncAnswer, SyncRequest } from "./group-sync.ts";

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

parentPort?.on("message", ({ path, upTo }: SyncRequest) => {
  let answer: SyncAnswer = { upTo };
  try {
    sync(path);
  } catch (error) {
    answer = { upTo, error: messageOf(error) };
  }
  parentPort?.postMessage(answer);
});
