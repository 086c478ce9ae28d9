/** How long a `closed` action waits for the disk before it is refused, and its answer before it leaves. */
const DISK_LIMIT_MILLIS = 2_000;
/**
 * The limit is waited for in so many parts: a process that was stopped, or whose machine stood still, has
 * not waited for the disk meanwhile, and loses one of them.
 */
const PARTS = 20;

/** Rejects when the disk takes longer than somebody can be made to wait; `limitMillis`: default 2 s. */
export function withinDiskLimit(
  synced: Promise<void>,
  limitMillis: number = DISK_LIMIT_MILLIS,
): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  let parts = 0;
  let timer = setTimeout(next, limitMillis / PARTS);
  function next(): void {
    if (++parts < PARTS) timer = setTimeout(next, limitMillis / PARTS);
    else reject(new Error(`the disk did not confirm within ${limitMillis} ms`));
  }
  return Promise.race([synced, promise]).finally(() => clearTimeout(timer));
}
