import { lstatSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  isSegmentCopyFile,
  listSegments,
  listStreams,
  segmentFile,
  stateDirectory,
  streamDirectory,
} from "../../format/index.ts";
import { isStreamEnded } from "../../journal/index.ts";
import { tryLockFile } from "../../lib/file-lock.ts";
import { namesIn } from "../../lib/names-in.ts";
import { isOwnFolder } from "./known-segments.ts";
import { listState } from "./view-progress.ts";

/** After so long a stream without a lock counts as ended: its lock file says nothing more. */
const STILL_MILLIS = 120_000;

/** What {@link removeStaleState} takes. */
export interface StaleStateOptions {
  /** The stream that this process writes. */
  readonly ownStream: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMillis: number;
}

/**
 * Removes lock files of streams that have ended, copies of their segments that were never finished,
 * and cursors of streams that are deleted.
 */
export function removeStaleState(directory: string, options: StaleStateOptions): void {
  const { ownStream, nowMillis } = options;
  // The state first: a stream has its folder before it has a state.
  const files = listState(directory);
  const all = listStreams(directory);
  // Before the locks, which say whether a stream has ended.
  for (const stream of all)
    if (stream !== ownStream) removeUnfinished(directory, stream, nowMillis);
  const streams = new Set(all);
  for (const file of files) {
    const path = join(stateDirectory(directory), file);
    const locked = /^stream-(.+)\.lock$/.exec(file)?.[1];
    if (locked !== undefined && isStill(directory, locked, nowMillis)) removeFree(path);
    const shipped = /^ship-(.+)\.json$/.exec(file)?.[1];
    if (shipped !== undefined && !streams.has(shipped)) rmSync(path, { force: true });
  }
}

/** Copies of segments that their process, which is dead, was bringing back. */
function removeUnfinished(directory: string, stream: string, nowMillis: number): void {
  const folder = streamDirectory(directory, stream);
  if (!isOwnFolder(folder)) return;
  const copies = namesIn(folder)
    .filter(isSegmentCopyFile)
    .map((file) => join(folder, file))
    .filter((path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found?.isFile() === true && nowMillis - found.mtimeMs > STILL_MILLIS;
    });
  // The question takes time, and is rarely to be asked.
  if (copies.length === 0 || !isStreamEnded(directory, stream)) return;
  for (const path of copies) rmSync(path, { force: true });
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
