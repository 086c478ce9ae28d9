/** How long a `closed` action waits for the disk before it is refused, and its answer before it leaves. */
const DISK_LIMIT_MILLIS = 2_000;

/** Rejects when the disk takes longer than a caller can be made to wait. */
export function withinDiskLimit(synced: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`the disk did not confirm within ${DISK_LIMIT_MILLIS} ms`));
  }, DISK_LIMIT_MILLIS);
  return Promise.race([synced, promise]).finally(() => clearTimeout(timer));
}
