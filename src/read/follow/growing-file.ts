import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from "node:fs";
import { lineEndsIn } from "../../lib/line-ends.ts";
import type { Block, FileProblem } from "../block.ts";
import { type BlockCutter, createBlockCutter } from "../block-cutter.ts";

/** A file that grows. It has a descriptor only between `open` and `close`; where it stands stays known. */
export interface GrowingFile {
  /** Where it is found; whoever sees that it was renamed says so. */
  path: string;
  /** Bytes that were read, or stood there before. */
  readonly position: () => number;
  readonly isOpen: () => boolean;
  /** Opened, it is the same one when it is renamed. @throws the system error where it cannot be. */
  readonly open: () => void;
  /** Opens it, and gives everything whole that came. @throws the system error where it cannot be read. */
  readonly read: () => Iterable<Block | FileProblem>;
  /** Whether no name leads to it any more: nothing is lost by closing it. False where it is not open. */
  readonly isDeleted: () => boolean;
  readonly close: () => void;
}

const READ_BYTES = 1024 * 1024;
const LINE_END = 0x0a;
/** The form is told by the first whole lines. */
const HEAD_BYTES = 1;
/** One for all: what is read is copied at once. */
const buffer = Buffer.allocUnsafeSlow(READ_BYTES);

/**
 * Which file it is: the number of its inode is used again when it is deleted, its time of birth is not.
 * Where a file system keeps none, it is 0.
 */
export function identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

/**
 * A file that is not opened yet.
 *
 * @param identity of the file that is meant: another one under its path is left alone.
 * @param size begins behind the last whole line of so many bytes.
 */
export function createGrowingFile(path: string, identity: string, size: number): GrowingFile {
  let fd: number | undefined;
  let isPlaced = size === 0;
  let position = size;
  let firstLine = 1;
  let cutter = createCutter(path);
  /** Without the end of its last line. */
  let rest = Buffer.alloc(0);

  function opened(): number {
    if (fd !== undefined) return fd;
    const own = openSync(file.path, "r");
    try {
      if (identityOf(fstatSync(own, { bigint: true })) !== identity)
        throw Object.assign(new Error(`${file.path} is another file now`), { code: "ENOENT" });
      if (!isPlaced && fstatSync(own).size >= size)
        ({ position, firstLine } = lastLineOf(own, size));
      isPlaced = true;
    } catch (error) {
      closeSync(own);
      throw error;
    }
    return (fd = own);
  }

  function* push(bytes: Buffer): Generator<Block | FileProblem> {
    const all = Buffer.concat([rest, bytes]);
    const end = all.lastIndexOf(LINE_END) + 1;
    rest = all.subarray(end);
    if (end === 0) return;
    for (const item of cutter.push(all.subarray(0, end)))
      yield "kind" in item
        ? { ...item, line: item.line + firstLine - 1 }
        : { ...item, firstLine: item.firstLine + firstLine - 1 };
  }

  const file: GrowingFile = {
    path,
    position: () => position,
    isOpen: () => fd !== undefined,
    open: () => void opened(),
    *read() {
      const own = opened();
      if (fstatSync(own).size < position) {
        yield {
          kind: "problem",
          file: file.path,
          line: 1,
          message: "it was cut: read again from its start",
        };
        position = 0;
        firstLine = 1;
        rest = Buffer.alloc(0);
        cutter = createCutter(file.path);
      }
      for (let read = -1; read !== 0;) {
        read = readSync(own, buffer, 0, READ_BYTES, position);
        position += read;
        if (read > 0) yield* push(Buffer.from(buffer.subarray(0, read)));
      }
    },
    isDeleted: () => fd !== undefined && fstatSync(fd).nlink === 0,
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
  return file;
}

function createCutter(path: string): BlockCutter {
  // A block for every whole line that there is.
  return createBlockCutter(path, { blockBytes: 1, headBytes: HEAD_BYTES });
}

/** Behind the last line that has an end, within so many bytes. */
function lastLineOf(fd: number, size: number): { position: number; firstLine: number } {
  let position = 0;
  let firstLine = 1;
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = readSync(fd, buffer, 0, Math.min(READ_BYTES, size - at), at);
    const { end, lines } = lineEndsIn(buffer.subarray(0, read));
    if (lines > 0) position = at + end;
    firstLine += lines;
  }
  return { position, firstLine };
}
