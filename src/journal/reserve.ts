/**
 * The room that is kept for what must not be lost.
 *
 * In: what the filesystem says now and then, and how much was written since. Out: whether there is
 * still room for everybody. A look at the filesystem costs nothing while there is plenty, and is
 * taken at most every 250 ms while there is not.
 */
import type { FreeSpace } from "../lib/filesystem.ts";

/** Room on the filesystem of a journal. */
export interface Reserve {
  /** Whether a line of so many bytes leaves the reserve whole. */
  readonly admits: (bytes: number) => boolean;
  readonly wrote: (bytes: number) => void;
  /** What somebody found to be free. */
  readonly told: (freeBytes: number) => void;
  /** Why only closed actions are written now; undefined: there is room for all. */
  readonly problem: () => string | undefined;
}

/** What {@link createReserve} takes. */
export interface ReserveOptions {
  /** Bytes that stay free; 0: none. Default {@link DEFAULT_RESERVE_BYTES}, at most a tenth of the filesystem. */
  readonly reserveBytes?: number | undefined;
  /** Looks at the filesystem. */
  readonly look: () => FreeSpace;
  /** Milliseconds of the monotonic clock. */
  readonly nowMillis: () => number;
}

/** Some hundred thousand records of closed actions: time enough for somebody to make room. */
const DEFAULT_RESERVE_BYTES = 64 * 1024 * 1024;
/** On small filesystems the default would leave nothing to write to. */
const MAX_DEFAULT_SHARE = 0.1;
const LOOK_PAUSE_MILLIS = 250;

/** Bytes that stay free on a filesystem of a size; default as in {@link ReserveOptions}. */
export function reserveOf(reserveBytes: number | undefined, totalBytes: number): number {
  return (
    reserveBytes ?? Math.min(DEFAULT_RESERVE_BYTES, Math.floor(totalBytes * MAX_DEFAULT_SHARE))
  );
}

/** Takes a first look. */
export function createReserve({ reserveBytes, look, nowMillis }: ReserveOptions): Reserve {
  let freeBytes = Number.POSITIVE_INFINITY;
  let kept = reserveBytes ?? 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** Where the filesystem does not say, there is room until a write fails. */
  function lookNow(): number | undefined {
    lookedAt = nowMillis();
    try {
      const { freeBytes: free, totalBytes } = look();
      freeBytes = free;
      return totalBytes;
    } catch {
      freeBytes = Number.POSITIVE_INFINITY;
      return undefined;
    }
  }

  function lookAgain(): void {
    if (nowMillis() - lookedAt >= LOOK_PAUSE_MILLIS) lookNow();
  }

  function admits(bytes: number): boolean {
    if (freeBytes - bytes >= kept) return true;
    lookAgain();
    return freeBytes - bytes >= kept;
  }

  function problem(): string | undefined {
    if (kept === 0) return undefined;
    // Others fill the disk too, while nothing is written here.
    lookAgain();
    if (freeBytes >= kept) return undefined;
    return `less than ${shownBytes(kept)} are free on the filesystem of the journal: only closed actions are written`;
  }

  if (reserveBytes !== 0) {
    const totalBytes = lookNow();
    if (totalBytes !== undefined) kept = reserveOf(reserveBytes, totalBytes);
  }
  return {
    admits: (bytes) => kept === 0 || admits(bytes),
    wrote(bytes) {
      freeBytes -= bytes;
    },
    told(free) {
      freeBytes = free;
      lookedAt = nowMillis();
    },
    problem,
  };
}

function shownBytes(bytes: number): string {
  const mega = bytes / (1024 * 1024);
  return mega >= 1 ? `${Math.round(mega)} MiB` : `${Math.max(1, Math.round(bytes / 1024))} KiB`;
}
