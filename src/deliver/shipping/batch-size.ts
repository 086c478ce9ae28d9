/** Bytes of journal in one request: well below the Collector's 16 MiB, also as OTLP JSON. */
const BATCH_BYTES = 512 * 1024;
/** A receiver that takes no more than one record at once is sent one record at once. */
const MIN_BATCH_BYTES = 1;
/** Batches that are taken before a larger one is tried again: a limit may have been one record's, or a bad day's. */
const GROW_AFTER = 8;

/** How much is sent at once. */
export interface BatchSize {
  readonly bytes: () => number;
  /** Smaller after a batch of so many bytes that was too large as a whole and not in parts; larger again by and by. */
  readonly taken: (bytes: number, isTooLarge: boolean) => void;
}

/** Begins with 512 KiB, which is the most. */
export function createBatchSize(): BatchSize {
  let batchBytes = BATCH_BYTES;
  let takenInARow = 0;
  return {
    bytes: () => batchBytes,
    taken(bytes, isTooLarge) {
      takenInARow = isTooLarge ? 0 : takenInARow + 1;
      if (isTooLarge) batchBytes = Math.max(MIN_BATCH_BYTES, Math.floor(bytes / 2));
      else if (takenInARow % GROW_AFTER === 0) batchBytes = Math.min(BATCH_BYTES, batchBytes * 2);
    },
  };
}
