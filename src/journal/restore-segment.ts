import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { segmentCopyFile } from "../format/index.ts";
import { systemCodeOf } from "../lib/errors.ts";
import { FILE_MODE, makeDirectory, syncDirectory, writeFully } from "../lib/files.ts";
import { setAside } from "../lib/set-aside.ts";

/** A segment whose name is gone, but not our descriptor of it. */
export interface OrphanedSegment {
  readonly fd: number;
  readonly path: string;
  /** Path in the audit directory. */
  readonly name: string;
}

/** A durable copy of a segment, as far as it was written by then, under a name that no reader takes. */
export interface SegmentCopy {
  readonly path: string;
  readonly bytes: number;
}

/** A segment that has its name again. */
export interface RestoredSegment {
  /** Path in the audit directory of what was found in its place; undefined: nothing was. */
  readonly keptAs: string | undefined;
}

const COPY_BYTES = 1024 * 1024;

/**
 * Copies what is in a segment, beside where it should be. Folders are made anew.
 *
 * @throws the system error when it cannot be written: then nothing is left of it.
 */
export function copySegment({ fd, path }: OrphanedSegment): SegmentCopy {
  makeDirectory(dirname(path));
  const copy = segmentCopyFile(path);
  const target = openSync(copy, "wx", FILE_MODE);
  try {
    const bytes = copyFrom(fd, 0, target);
    fsyncSync(target);
    return { path: copy, bytes };
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  } finally {
    closeSync(target);
  }
}

/**
 * Puts a copy in the place of a segment, durably, with what was written since it was made. What
 * stands there is kept under a free name, never overwritten; where it is the same, byte for byte, it
 * is replaced.
 *
 * @param use takes the descriptor of the restored file, open for reading and appending; default: it
 * is closed.
 * @throws the system error when it cannot be done: then the copy is gone, and nothing has changed
 * but what is kept.
 */
export function restoreSegment(
  { fd, path, name }: OrphanedSegment,
  copy: SegmentCopy,
  use: (fd: number) => void = closeSync,
): RestoredSegment {
  let target = -1;
  let keptAs: string | undefined;
  try {
    target = openCopy(copy);
    if (copyFrom(fd, copy.bytes, target) > 0) fsyncSync(target);
    while (!tryName(copy.path, path)) {
      if (isSame(fd, path)) renameSync(copy.path, path);
      else keptAs = join(dirname(name), basename(setAside(path)));
    }
  } catch (error) {
    if (target >= 0) closeSync(target);
    rmSync(copy.path, { force: true });
    throw error;
  }
  const folder = dirname(path);
  // The folders above may be new too: journal/<stream>, journal, the audit directory.
  for (const made of [folder, join(folder, ".."), join(folder, "../..")]) syncDirectory(made);
  use(target);
  return { keptAs };
}

/** Never made anew: a copy that somebody took away or changed is no copy. */
function openCopy({ path, bytes }: SegmentCopy): number {
  const fd = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW);
  const { size } = fstatSync(fd);
  if (size === bytes) return fd;
  closeSync(fd);
  throw new Error(`${path} has ${size} bytes instead of ${bytes}: somebody else changed it`);
}

/** Gives a file its name, and no other any more, unless something else has that name. */
function tryName(copy: string, path: string): boolean {
  if (lstatSync(copy, { throwIfNoEntry: false }) === undefined) return true;
  try {
    linkSync(copy, path);
    rmSync(copy, { force: true });
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
    // A filesystem without hard links.
    renameSync(copy, path);
    return true;
  }
}

function isSame(fd: number, path: string): boolean {
  if (!lstatSync(path).isFile()) return false;
  const other = openSync(path, "r");
  try {
    if (fstatSync(other).size !== fstatSync(fd).size) return false;
    let position = 0;
    for (const chunk of chunksOf(fd, 0)) {
      const found = Buffer.alloc(chunk.length);
      readSync(other, found, 0, found.length, position);
      if (!found.equals(chunk)) return false;
      position += chunk.length;
    }
    return true;
  } finally {
    closeSync(other);
  }
}

function copyFrom(fd: number, from: number, target: number): number {
  let bytes = 0;
  for (const chunk of chunksOf(fd, from)) {
    writeFully(target, chunk);
    bytes += chunk.length;
  }
  return bytes;
}

function* chunksOf(fd: number, from: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (let position = from; ;) {
    const length = readSync(fd, buffer, 0, COPY_BYTES, position);
    if (length === 0) return;
    yield buffer.subarray(0, length);
    position += length;
  }
}
