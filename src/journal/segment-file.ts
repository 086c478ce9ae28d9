import { fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { systemCodeOf } from "../lib/errors.ts";
import { FILE_MODE, makeDirectory, syncDirectory } from "../lib/files.ts";

/** A file that was just made for a segment. */
export interface NewSegmentFile {
  readonly fd: number;
  /** Undefined where the filesystem has no numbers that last. */
  readonly inode: number | undefined;
}

/**
 * Makes the file of a segment, 0600, and its folders where somebody has deleted them.
 *
 * @throws the system error; EEXIST where something has that name.
 */
export function createSegmentFile(path: string): NewSegmentFile {
  const fd = open(path);
  syncDirectory(dirname(path));
  return { fd, inode: inodeOf(fd, path) };
}

function open(path: string): number {
  // Readable too: whoever deletes the file leaves us this descriptor to copy it from.
  try {
    return openSync(path, "ax+", FILE_MODE);
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
    makeDirectory(dirname(path));
    return openSync(path, "ax+", FILE_MODE);
  }
}

/** The number of an open file, if its name has the same: some filesystems draw it anew with every question. */
export function inodeOf(fd: number, path: string): number | undefined {
  const { ino } = fstatSync(fd);
  return lstatSync(path, { throwIfNoEntry: false })?.ino === ino ? ino : undefined;
}

/** What stands in a file from a place on. Whole in memory: for a part that is known to be small. */
export function readRest(fd: number, from: number): Uint8Array {
  const rest = Buffer.alloc(Math.max(0, fstatSync(fd).size - from));
  return rest.subarray(0, readSync(fd, rest, 0, rest.length, from));
}
