/**
 * Whether anybody still writes a stream.
 *
 * The process that writes it holds a lock that the kernel frees when the process ends, however it
 * ends. A stream whose lock was never taken is given time: its process may be starting.
 */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { listSegments, segmentFile, streamDirectory, streamLockFile } from "../format/index.ts";
import { type FileLock, tryLockFile } from "../lib/file-lock.ts";
import { makeDirectory, sizeOf } from "../lib/files.ts";

/** A process that has not taken its lock by then never will: it died first, or is none of ours. */
const GRACE_MILLIS = 60_000;

/** A lock that nothing refers to any more is garbage, and freed as such. */
const held: FileLock[] = [];

/** Says that this process writes the stream of this lock file, until the process or thread ends. */
export function holdStream(lockPath: string): void {
  makeDirectory(dirname(lockPath));
  const lock = tryLockFile(lockPath);
  if (lock !== null) held.push(lock);
}

/**
 * Whether a stream has ended: closed, or its process died. Once true, always true.
 *
 * @throws the system error where that cannot be found out.
 */
export function isStreamEnded(directory: string, stream: string): boolean {
  const lockPath = streamLockFile(directory, stream);
  if (sizeOf(lockPath) === undefined) return isOld(directory, stream);
  const lock = tryLockFile(lockPath);
  lock?.release();
  return lock !== null;
}

function isOld(directory: string, stream: string): boolean {
  const newest = listSegments(directory, stream).at(-1);
  // Retention deleted it, or its folder was just made.
  if (newest === undefined) return sizeOf(streamDirectory(directory, stream)) === undefined;
  const { mtimeMs } = statSync(join(streamDirectory(directory, stream), segmentFile(newest)));
  return Date.now() - mtimeMs > GRACE_MILLIS;
}
