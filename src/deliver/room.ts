import { statfsSync } from "node:fs";

/** Bytes that views leave free: what the journal keeps for actions that must not be lost. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** On small filesystems that would leave nothing to write to. */
const MAX_SHARE = 0.1;

/**
 * Makes sure that a view leaves the journal its room: a view can be written later.
 *
 * @throws where writing so many bytes would take of it.
 */
export function checkRoom(directory: string, bytes: number): void {
  const { bavail, blocks, bsize } = statfsSync(directory);
  const kept = Math.min(RESERVE_BYTES, blocks * bsize * MAX_SHARE);
  if (bavail * bsize - bytes >= kept) return;
  const megabytes = Math.max(1, Math.round(kept / 1024 / 1024));
  throw new Error(`the disk is full: its last ${megabytes} MiB are kept for the journal`);
}
