import { type FileHandle, open } from "node:fs/promises";
import { AuditError, messageOf } from "../lib/errors.ts";
import type { Block, FileProblem } from "./block.ts";
import { type BlockOptions, createBlockCutter } from "./block-cutter.ts";

const MEBIBYTE = 1024 * 1024;
/** One read is a little more than a block, so that it is cut from one of them: so many blocks. */
const BLOCKS_A_READ = 1.0625;

/**
 * The blocks of one file, and what of it is none; the form is found by content. The file is read as
 * the blocks are asked for, and never as a whole.
 *
 * @throws {AuditError} `unreadable` when it cannot be opened or read.
 */
export async function* blocksOf(
  path: string,
  options: BlockOptions = {},
): AsyncGenerator<Block | FileProblem> {
  const { blockBytes = MEBIBYTE } = options;
  const cutter = createBlockCutter(path, options);
  const file = await reading(path, open(path, "r"));
  try {
    const chunk = Buffer.allocUnsafeSlow(Math.ceil(blockBytes * BLOCKS_A_READ));
    for (let size = 1; size > 0 && !cutter.isRefused();) {
      size = await reading(path, readInto(file, chunk));
      yield* cutter.push(chunk.subarray(0, size));
    }
    yield* cutter.end();
  } finally {
    await file.close();
  }
}

async function readInto(file: FileHandle, chunk: Buffer): Promise<number> {
  const { bytesRead } = await file.read(chunk, 0, chunk.length);
  return bytesRead;
}

async function reading<Result>(path: string, result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw new AuditError("unreadable", `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
