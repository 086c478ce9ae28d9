import { type FileHandle, open } from "node:fs/promises";
import type { Block, FileProblem } from "./block.ts";
import { type BlockOptions, createBlockCutter } from "./block-cutter.ts";
import { cannotRead } from "./cannot-read.ts";

const MEBIBYTE = 1024 * 1024;
/** What of a file is read, and how. */
export interface FileBlockOptions extends BlockOptions {
  /**
   * The file, already open: it is read, and not what has its name by now. Whoever opened it closes it.
   */
  readonly handle?: FileHandle | undefined;
  /** The first byte that is read; it begins a line. Default 0. Lines are counted from here. */
  readonly start?: number | undefined;
  /** The byte behind the last one. Default: as long as something comes. */
  readonly end?: number | undefined;
}

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
  options: FileBlockOptions = {},
): AsyncGenerator<Block | FileProblem> {
  const { blockBytes = MEBIBYTE, start, end = Infinity, handle } = options;
  const cutter = createBlockCutter(path, options);
  const file = handle ?? (await reading(path, open(path, "r")));
  try {
    const chunk = Buffer.allocUnsafeSlow(Math.ceil(blockBytes * BLOCKS_A_READ));
    let left = end - (start ?? 0);
    // Without a start no place is named: a pipe has none.
    for (let size = 1, at = start ?? null; size > 0 && !cutter.isRefused(); left -= size) {
      const wanted = Math.min(chunk.length, left);
      size = wanted <= 0 ? 0 : await reading(path, readInto(file, chunk, { wanted, at }));
      if (at !== null) at += size;
      yield* cutter.push(chunk.subarray(0, size));
    }
    yield* cutter.end();
  } finally {
    if (handle === undefined) await file.close();
  }
}

async function readInto(
  file: FileHandle,
  chunk: Buffer,
  { wanted, at }: { readonly wanted: number; readonly at: number | null },
): Promise<number> {
  const { bytesRead } = await file.read(chunk, 0, wanted, at);
  return bytesRead;
}

async function reading<Result>(path: string, result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw cannotRead(path, error);
  }
}
