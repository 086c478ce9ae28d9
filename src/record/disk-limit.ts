/** How long a `closed` action waits for the disk before it is refused, and its answer before it leaves. */
const DISK_LIMIT_MILLIS = 2_000;

/** Rejects when the disk takes longer than a caller can be made to wait; `limitMillis`: default 2 s. */
export function withinDiskLimit(
  synced: Promise<void>,
  limitMillis: number = DISK_LIMIT_MILLIS,
): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`the disk did not confirm within ${limitMillis} ms`));
  }, limitMillis);
  return Promise.race([synced, promise]).finally(() => clearTimeout(timer));
}
