import { chmodSync, statSync } from "node:fs";

/** A lock that one process (or thread) holds until it lets go or dies, however it dies. */
export interface FileLock {
  /**
   * Whether the path still names the locked file: else another may hold a lock by that name.
   *
   * @throws the system error where that cannot be found out, as in a directory that cannot be searched now.
   */
  readonly isInPlace: () => boolean;
  readonly release: () => void;
}

/** SQLite result code for "somebody else holds it" (sqlite.org/rescode.html#busy). */
const SQLITE_BUSY = 5;

/**
 * Takes the lock of a file, or gives null when another holds it. Node has no flock; SQLite's lock
 * is one that the kernel frees on SIGKILL. The file stays, empty.
 *
 * @param waitMillis how long it blocks while another holds it. Default 0.
 * @throws what SQLite throws when the file cannot be created or opened; the system error when it cannot be looked at.
 */
export function tryLockFile(path: string, waitMillis = 0): FileLock | null {
  // Loaded when it is needed: Node 22 says on loading it that it is experimental.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const before = identityOf(path);
  const database = new DatabaseSync(path, { timeout: waitMillis });
  let locked: string | undefined;
  try {
    chmodSync(path, 0o600);
    database.exec("BEGIN EXCLUSIVE");
    locked = identityOf(path);
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return null;
    throw error;
  }
  if (locked === undefined || (before !== undefined && before !== locked)) {
    // Taken away while it was being locked: what we hold has no name any more.
    database.close();
    return null;
  }
  return { isInPlace: () => identityOf(path) === locked, release: () => database.close() };
}

/**
 * Tells a file from another that has its name; undefined where there is none. Not asked of an open
 * descriptor: closing one would free the lock (POSIX record locks).
 */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino}`;
}
