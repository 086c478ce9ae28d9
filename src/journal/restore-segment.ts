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
  /** State of the file that stood in the segment's place, where it was the same, byte for byte. */
  readonly twin?: string;
}

/** A segment that has its name again. */
export interface RestoredSegment {
  /** Path in the audit directory of what was found in its place; undefined: nothing was. */
  readonly keptAs: string | undefined;
}

const COPY_BYTES = 1024 * 1024;
/** So much may be left to copy for whoever puts the copy in place: its writer, in the main thread. */
const REST_BYTES = 1024 * 1024;
/** A segment that grows as fast as it is copied is not followed for ever. */
const MAX_ROUNDS = 10;

/**
 * Copies what is in a segment, beside where it should be, and looks whether the same stands there.
 * Folders are made anew. Takes as long as a segment is large: for the sync thread.
 *
 * @throws the system error when it cannot be written: then nothing is left of it.
 */
export function copySegment({ fd, path }: OrphanedSegment): SegmentCopy {
  makeDirectory(dirname(path));
  const copy = segmentCopyFile(path);
  const target = openSync(copy, "wx", FILE_MODE);
  try {
    let bytes = copyFrom(fd, 0, target);
    const twin = twinOf(fd, bytes, path);
    // What was written meanwhile.
    for (let round = 1; ; round++) {
      fsyncSync(target);
      if (round === MAX_ROUNDS || fstatSync(fd).size - bytes <= REST_BYTES) break;
      bytes += copyFrom(fd, bytes, target);
    }
    return { path: copy, bytes, ...(twin === undefined ? {} : { twin }) };
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  } finally {
    closeSync(target);
  }
}

/**
 * Puts a copy in the place of a segment, durably, with what was written since it was made. What
 * stands there is kept under a free name, never overwritten; where it is the twin that the copy knows,
 * and nobody has touched it since, it is replaced. Short, and fit for the main thread.
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
      if (copy.twin !== undefined && stateOf(path) === copy.twin) renameSync(copy.path, path);
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

/** The state of the file at a path, if it holds just the first bytes of an open one. */
function twinOf(fd: number, bytes: number, path: string): string | undefined {
  // Asked before: what is written to it from now on changes it.
  const state = stateOf(path);
  return state !== undefined && isSame(fd, bytes, path) ? state : undefined;
}

/** What changes with every write to a file, and tells it from others; undefined: there is no file. */
function stateOf(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found?.isFile() !== true) return undefined;
  return [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" ");
}

function isSame(fd: number, bytes: number, path: string): boolean {
  let other: number;
  try {
    other = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    // Gone by now, or not to be read: it is put aside.
    return false;
  }
  try {
    if (fstatSync(other).size !== bytes) return false;
    let position = 0;
    for (const chunk of chunksOf(other, 0)) {
      const own = Buffer.alloc(chunk.length);
      if (readSync(fd, own, 0, own.length, position) !== own.length || !own.equals(chunk))
        return false;
      position += chunk.length;
    }
    return position === bytes;
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
