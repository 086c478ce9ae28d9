import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from "node:fs";
import { lineEndsIn } from "../../lib/line-ends.ts";
import type { Block, FileProblem, Form } from "../block.ts";
import { createBorderFinder } from "../borders.ts";
import { formOf, HEAD_BYTES } from "../form.ts";
import { createFollowingCutter } from "./following-cutter.ts";

/** A file that grows. It has a descriptor only between `open` and `close`; where it stands stays known. */
export interface GrowingFile {
  /** Where it is found; whoever sees that it was renamed says so. */
  path: string;
  /** Bytes that were read, or stood there before. */
  readonly position: () => number;
  readonly isOpen: () => boolean;
  /** Opened, it is the same one when it is renamed. @throws the system error where it cannot be. */
  readonly open: () => void;
  /**
   * Opens it, and gives what is whole of so many bytes that came.
   *
   * @throws the system error where it cannot be read.
   */
  readonly read: (maxBytes: number) => Iterable<Block | FileProblem>;
  /** Whether no name leads to it any more, and all was read: nothing is lost by closing it. False where it is not open. */
  readonly isSpent: () => boolean;
  readonly close: () => void;
}

const READ_BYTES = 1024 * 1024;
/** Of these a line says nothing of what stands before it, or behind. */
const FORMS_OF_LINES: ReadonlySet<Form> = new Set(["json-lines", "csv", "otlp", "victorialogs"]);
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
  let cutter = createFollowingCutter(path, { firstLine: 1 });

  function opened(): number {
    if (fd !== undefined) return fd;
    const own = openSync(file.path, "r");
    try {
      if (identityOf(fstatSync(own, { bigint: true })) !== identity)
        throw Object.assign(new Error(`${file.path} is another file now`), { code: "ENOENT" });
      if (!isPlaced && fstatSync(own).size >= size) {
        const line = lastLineOf(own, size);
        const form = headFormOf(own, line.position);
        const { position: end, firstLine } = form === "csv" ? lastRowOf(own, size) : line;
        position = end;
        cutter = createFollowingCutter(file.path, { firstLine, form });
      }
      isPlaced = true;
    } catch (error) {
      closeSync(own);
      throw error;
    }
    return (fd = own);
  }

  const file: GrowingFile = {
    path,
    position: () => position,
    isOpen: () => fd !== undefined,
    open: () => void opened(),
    *read(maxBytes) {
      const own = opened();
      if (fstatSync(own).size < position) {
        yield {
          kind: "problem",
          file: file.path,
          line: 1,
          message: "it was cut: read again from its start",
        };
        position = 0;
        cutter = createFollowingCutter(file.path, { firstLine: 1 });
      }
      const end = position + maxBytes;
      for (let read = -1; read !== 0;) {
        read = readSync(own, buffer, 0, Math.min(READ_BYTES, end - position), position);
        position += read;
        if (read > 0) yield* cutter.push(Buffer.from(buffer.subarray(0, read)));
      }
    },
    isSpent() {
      if (fd === undefined) return false;
      const { nlink, size: bytes } = fstatSync(fd);
      return nlink === 0 && position >= bytes;
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
  return file;
}

/** Of what stands there already, within so many bytes. */
function headFormOf(fd: number, size: number): Form | undefined {
  const read = readSync(fd, buffer, 0, Math.min(HEAD_BYTES, size), 0);
  const form = formOf(buffer.subarray(0, read));
  return typeof form === "string" && FORMS_OF_LINES.has(form) ? form : undefined;
}

interface Place {
  readonly position: number;
  readonly firstLine: number;
}

/** Behind the last line that has an end, within so many bytes. */
function lastLineOf(fd: number, size: number): Place {
  let position = 0;
  let firstLine = 1;
  for (const { chunk, at } of chunksOf(fd, size)) {
    const { end, lines } = lineEndsIn(chunk);
    if (lines > 0) position = at + end;
    firstLine += lines;
  }
  return { position, firstLine };
}

/** Behind the last row that has an end: the last line may stand within a row that is being written. */
function lastRowOf(fd: number, size: number): Place {
  const finder = createBorderFinder("csv");
  let position = 0;
  for (const { chunk, at } of chunksOf(fd, size)) {
    const { last } = finder.look(chunk);
    if (last !== undefined) position = at + last;
  }
  let firstLine = 1;
  for (const { chunk } of chunksOf(fd, position)) firstLine += lineEndsIn(chunk).lines;
  return { position, firstLine };
}

/** Each is good until the next is asked for. */
function* chunksOf(fd: number, size: number): Generator<{ chunk: Uint8Array; at: number }> {
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = readSync(fd, buffer, 0, Math.min(READ_BYTES, size - at), at);
    yield { chunk: buffer.subarray(0, read), at };
  }
}
