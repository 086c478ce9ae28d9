import { statSync } from "node:fs";
import { systemCodeOf } from "./errors.ts";
import { type FileLock, tryLockFile } from "./file-lock.ts";

/** A lock that knows whether its file still stands under its name. */
export interface WatchedLock extends FileLock {
  /** False: the file was deleted or replaced, and another may hold the lock of the new one. */
  readonly isInPlace: () => boolean;
}

/**
 * Takes the lock of a file, as {@link tryLockFile} does.
 *
 * Not asked of an open descriptor: closing one would free the lock (POSIX record locks).
 */
export function tryWatchedLock(path: string): WatchedLock | null {
  const before = identityOf(path);
  const lock = tryLockFile(path);
  if (lock === null) return null;
  const own = identityOf(path);
  if (own === undefined || (before !== undefined && before !== own)) {
    lock.release();
    return null;
  }
  return { release: lock.release, isInPlace: () => identityOf(path) === own };
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
