import { reserveOf } from "../../journal/index.ts";
import { freeSpaceOf } from "../../lib/filesystem.ts";

/** What {@link checkRoom} has to know. */
export interface RoomOptions {
  readonly directory: string;
  /** Bytes that stay free for the journal; 0: none. Default: as many as the journal keeps by default. */
  readonly reserveBytes?: number | undefined;
}

/**
 * Makes sure that a view leaves the journal its room: a view can be written later.
 *
 * @throws where writing so many bytes would take of it.
 */
export function checkRoom({ directory, reserveBytes }: RoomOptions, bytes: number): void {
  if (reserveBytes === 0) return;
  const { freeBytes, totalBytes } = freeSpaceOf(directory);
  const kept = reserveOf(reserveBytes, totalBytes);
  if (freeBytes - bytes >= kept) return;
  const megabytes = Math.max(1, Math.round(kept / 1024 / 1024));
  throw new Error(`the disk is full: its last ${megabytes} MiB are kept for the journal`);
}
