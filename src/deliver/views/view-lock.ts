import { existsSync } from "node:fs";
import { join } from "node:path";
import { stateDirectory } from "../../format/index.ts";
import { type FileLock, tryLockFile } from "../../lib/file-lock.ts";
import { makeDirectory } from "../../lib/files.ts";
import { CHECKPOINT_VIEW, CSV_VIEW, JSON_VIEW } from "./view.ts";

/** The right to write the views of a directory. */
export interface ViewLock {
  /**
   * Takes the lock, or makes sure that it is still held.
   *
   * - `taken`: it was not held before.
   * - `retaken`: its file was taken away, and nobody else has the new one.
   * - `none`: another process has it, or may believe that it has.
   *
   * @param options.waits blocks until nobody can believe that any more, at most {@link LET_GO_MILLIS}.
   */
  readonly hold: (options: { readonly waits: boolean }) => "taken" | "held" | "retaken" | "none";
  readonly release: () => void;
}

const VIEWS: readonly string[] = [CSV_VIEW, JSON_VIEW, CHECKPOINT_VIEW];

/**
 * A holder whose lock file was taken away notices it within this, and stops writing. Who makes the
 * file anew waits as long: never two write.
 */
const LET_GO_MILLIS = 1500;

/** Creates the lock; it is not taken yet. */
export function createViewLock(directory: string, nowMillis: () => number): ViewLock {
  const path = join(stateDirectory(directory), "views.lock");
  let lock: FileLock | null = null;
  let usableAt = 0;
  let isInUse = false;

  const isThere = (name: string): boolean => existsSync(join(directory, name));

  function take(): boolean {
    makeDirectory(stateDirectory(directory));
    const isNew = !existsSync(path);
    lock = tryLockFile(path);
    // Without views there was no holder yet whose lock file could be gone.
    usableAt = isNew && VIEWS.some(isThere) ? nowMillis() + LET_GO_MILLIS : 0;
    return lock !== null;
  }

  function release(): void {
    lock?.release();
    lock = null;
  }

  return {
    hold({ waits }) {
      const wasInUse = isInUse;
      isInUse = false;
      if (lock !== null && !lock.isInPlace()) {
        release();
        if (!take()) return "none";
        // It was held up to now, so nobody else writes; who comes later finds the new file.
        if (wasInUse) usableAt = 0;
      } else if (lock !== null && wasInUse) {
        isInUse = true;
        return "held";
      }
      if (lock === null && !take()) return "none";
      const wait = usableAt - nowMillis();
      if (wait > 0 && !waits) return "none";
      if (wait > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
      isInUse = true;
      return wasInUse ? "retaken" : "taken";
    },
    release() {
      isInUse = false;
      release();
    },
  };
}
