import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  listSegments,
  listStreams,
  segmentFile,
  stateDirectory,
  streamDirectory,
} from "../format/index.ts";
import { tryLockFile } from "../lib/file-lock.ts";
import { listState } from "./view-progress.ts";

/** After so long a stream without a lock counts as ended: its lock file says nothing more. */
const STILL_MILLIS = 120_000;

/** Removes lock files of streams that have ended, and cursors of streams that are deleted. */
export function removeStaleState(directory: string, nowMillis: number): void {
  // The state first: a stream has its folder before it has a state.
  const files = listState(directory);
  const streams = new Set(listStreams(directory));
  for (const file of files) {
    const path = join(stateDirectory(directory), file);
    const locked = /^stream-(.+)\.lock$/.exec(file)?.[1];
    if (locked !== undefined && isStill(directory, locked, nowMillis)) removeFree(path);
    const shipped = /^ship-(.+)\.json$/.exec(file)?.[1];
    if (shipped !== undefined && !streams.has(shipped)) rmSync(path, { force: true });
  }
}

function isStill(directory: string, stream: string, nowMillis: number): boolean {
  const newest = listSegments(directory, stream).at(-1);
  const folder = streamDirectory(directory, stream);
  const path = newest === undefined ? folder : join(folder, segmentFile(newest));
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  return nowMillis - mtimeMs > STILL_MILLIS;
}

/** Nobody holds it: we do, while it goes. */
function removeFree(path: string): void {
  const lock = tryLockFile(path);
  if (lock === null) return;
  for (const file of [path, `${path}-journal`]) rmSync(file, { force: true });
  lock.release();
}
