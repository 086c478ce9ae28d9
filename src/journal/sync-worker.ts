/**
 * The thread that waits for the disk, so that neither the event loop nor the libuv pool does.
 *
 * In: {@link SyncRequest}. Out: {@link SyncAnswer}, when everything written before the request is
 * durable. It also notices, once a second, what others do to the files while nobody writes.
 */
import { parentPort, workerData } from "node:worker_threads";
import { freeSpaceOf } from "../lib/filesystem.ts";
import { careFor, changeOf, type SegmentChange, type SegmentFacts } from "./segment-care.ts";
import { holdStream } from "./stream-life.ts";
import type { SyncAnswer, SyncRequest, SyncWorkerData } from "./sync-messages.ts";

/** While nobody writes, the files are looked at this often. */
const LOOK_MILLIS = 1000;
/** Free space is asked for at most this often. */
const SPACE_PAUSE_MILLIS = 250;

const { lockPath, directory } = workerData as SyncWorkerData;
let current: SegmentFacts | undefined;
let nextSpaceAt = 0;
/** Never released: the end of this thread does that. Here, because loading the lock takes time. */
const hold = holdStream(lockPath);

function freeBytes(): Pick<SyncAnswer, "freeBytes"> {
  if (performance.now() < nextSpaceAt) return {};
  nextSpaceAt = performance.now() + SPACE_PAUSE_MILLIS;
  try {
    return { freeBytes: freeSpaceOf(directory).freeBytes };
  } catch {
    // The directory is gone: that is noticed where its files are.
    return {};
  }
}

function look(): void {
  // Not taken yet, or deleted with its directory: the lock that we hold has no name any more.
  hold.renew();
  if (current === undefined) return;
  const { fd } = current;
  let change: SegmentChange | undefined;
  try {
    change = changeOf(current);
  } catch {
    return; // The next sync says it.
  }
  if (change === undefined) return;
  // Told once: the sync that this leads to looks again, and prepares the mending.
  current = undefined;
  parentPort?.postMessage({ finding: { fd, change }, settled: [] } satisfies SyncAnswer);
}

setInterval(look, LOOK_MILLIS);

parentPort?.on("message", ({ upTo, ...request }: SyncRequest) => {
  current = request.current;
  const answer: SyncAnswer = { ...careFor(request), ...freeBytes(), upTo };
  if (answer.finding !== undefined) current = undefined;
  parentPort?.postMessage(answer);
});
