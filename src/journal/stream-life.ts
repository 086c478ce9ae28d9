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

/** Whoever asks holds the lock for a moment; taking it waits for so long. */
const HOLD_WAIT_MILLIS = 200;
/** Between the two questions after which a stream counts as ended. */
const ASK_AGAIN_MILLIS = 100;

/** That this process writes a stream, as others can see it. */
export interface StreamHold {
  /** Takes the lock anew where it could not be taken, or its file was taken away. Never throws. */
  readonly renew: () => void;
  /** Lets go: for those who do not end their thread. Never throws. */
  readonly release: () => void;
}

/**
 * Says that this process writes the stream of this lock file, until the process or thread ends.
 * Whoever holds it keeps the result: a lock that nothing refers to any more is freed. Never throws.
 *
 * @param waitMillis how long it blocks while somebody else looks at the lock. Default 200.
 */
export function holdStream(lockPath: string, waitMillis: number = HOLD_WAIT_MILLIS): StreamHold {
  let lock: FileLock | null = null;

  function release(): void {
    try {
      lock?.release();
    } catch {
      // It goes with the thread.
    }
    lock = null;
  }

  function renew(): void {
    if (lock !== null && isInPlace(lock)) return;
    // Its file is gone: nobody sees it any more, and it costs two descriptors.
    release();
    try {
      makeDirectory(dirname(lockPath));
      lock = tryLockFile(lockPath, waitMillis);
    } catch {
      // A full disk. Records are written all the same; until the lock is taken the stream may be taken for ended.
    }
  }

  renew();
  return { renew, release };
}

/** A lock that cannot be looked at now is held as before: nobody else finds it either. */
function isInPlace(lock: FileLock): boolean {
  try {
    return lock.isInPlace();
  } catch {
    return true;
  }
}

/**
 * Whether a stream has ended: closed, or its process died. Once true, always true. Blocks for 100 ms
 * where that is new: not for the main thread.
 *
 * @throws the system error where that cannot be found out.
 */
export function isStreamEnded(directory: string, stream: string): boolean {
  const lockPath = streamLockFile(directory, stream);
  if (sizeOf(lockPath) === undefined) return isOld(directory, stream);
  if (!isFree(lockPath)) return false;
  // Its writer may be taking the lock, anew in another thread or while we looked.
  if (isRecent(lockPath) || !isOld(directory, stream)) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ASK_AGAIN_MILLIS);
  }
  return isFree(lockPath);
}

function isFree(lockPath: string): boolean {
  const lock = tryLockFile(lockPath);
  lock?.release();
  return lock !== null;
}

function isRecent(path: string): boolean {
  const mtimeMillis = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - mtimeMillis < GRACE_MILLIS;
}

function isOld(directory: string, stream: string): boolean {
  const newest = listSegments(directory, stream).at(-1);
  // Retention deleted it, or its folder was just made.
  if (newest === undefined) return sizeOf(streamDirectory(directory, stream)) === undefined;
  return !isRecent(join(streamDirectory(directory, stream), segmentFile(newest)));
}
