import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { lineEndsIn } from "../../lib/line-ends.ts";
import type { Block, FileProblem } from "../block.ts";
import { type BlockCutter, createBlockCutter } from "../block-cutter.ts";

/** A file that grows. */
export interface GrowingFile {
  /** Everything whole that came since the last call. @throws the system error where it cannot be read. */
  readonly read: () => Iterable<Block | FileProblem>;
  readonly close: () => void;
}

const READ_BYTES = 1024 * 1024;
const LINE_END = 0x0a;
/** The form is told by the first whole lines. */
const HEAD_BYTES = 1;

/**
 * Opens it; the file stays the same when it is renamed.
 *
 * @param size begins behind the last whole line of so many bytes.
 * @throws the system error where it cannot be opened.
 */
export function openGrowingFile(path: string, size: number): GrowingFile {
  const fd = openSync(path, "r");
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  let { position, firstLine } = lastLineOf(fd, buffer, size);
  let cutter = createCutter(path);
  /** Without the end of its last line. */
  let rest = Buffer.alloc(0);

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

  return {
    *read() {
      if (fstatSync(fd).size < position) {
        yield {
          kind: "problem",
          file: path,
          line: 1,
          message: "it was cut: read again from its start",
        };
        position = 0;
        firstLine = 1;
        rest = Buffer.alloc(0);
        cutter = createCutter(path);
      }
      for (let read = -1; read !== 0;) {
        read = readSync(fd, buffer, 0, READ_BYTES, position);
        position += read;
        if (read > 0) yield* push(Buffer.from(buffer.subarray(0, read)));
      }
    },
    close: () => closeSync(fd),
  };
}

function createCutter(path: string): BlockCutter {
  // A block for every whole line that there is.
  return createBlockCutter(path, { blockBytes: 1, headBytes: HEAD_BYTES });
}

/** Behind the last line that has an end, within so many bytes. */
function lastLineOf(
  fd: number,
  buffer: Buffer,
  size: number,
): { position: number; firstLine: number } {
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
