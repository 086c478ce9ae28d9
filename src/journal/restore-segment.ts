import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
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

const COPY_BYTES = 1024 * 1024;

/**
 * Copies a segment back under its own name, durably. What stands there is kept under a free name,
 * never overwritten; where it is the same, byte for byte, it is left.
 *
 * @returns path in the audit directory of what was found in its place; undefined: nothing was.
 * @throws the system error when it cannot be written: then nothing has changed but what is kept.
 */
export function restoreSegment({ fd, path, name }: OrphanedSegment): string | undefined {
  const folder = dirname(path);
  makeDirectory(folder);
  const copy = `${path}.${randomUUID()}.tmp`;
  let keptAs: string | undefined;
  try {
    writeCopy(fd, copy);
    while (!tryName(copy, path)) {
      if (isSame(fd, path)) break;
      keptAs = join(dirname(name), basename(setAside(path)));
    }
  } finally {
    rmSync(copy, { force: true });
  }
  // The folders above may be new too: journal/<stream>, journal, the audit directory.
  for (const made of [folder, join(folder, ".."), join(folder, "../..")]) syncDirectory(made);
  return keptAs;
}

function writeCopy(fd: number, copy: string): void {
  const target = openSync(copy, "wx", FILE_MODE);
  try {
    for (const chunk of chunksOf(fd)) writeFully(target, chunk);
    fsyncSync(target);
  } finally {
    closeSync(target);
  }
}

/** Gives a file its name, unless something has that name. */
function tryName(copy: string, path: string): boolean {
  try {
    linkSync(copy, path);
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
    for (const chunk of chunksOf(fd)) {
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

function* chunksOf(fd: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (let position = 0; ;) {
    const length = readSync(fd, buffer, 0, COPY_BYTES, position);
    if (length === 0) return;
    yield buffer.subarray(0, length);
    position += length;
  }
}
