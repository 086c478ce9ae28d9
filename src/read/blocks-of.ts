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
  /**
   * The first byte that is read; it begins a line. Lines are counted from here. Default: where the file stands,
   * without reading ahead, as it may be a pipe.
   */
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
  const { blockBytes = MEBIBYTE, start, end, handle } = options;
  const cutter = createBlockCutter(path, options);
  const size = Math.ceil(blockBytes * BLOCKS_A_READ);
  for await (const chunk of chunksOf(path, { handle, size, start, end })) {
    yield* cutter.push(chunk);
    if (cutter.isRefused()) break;
  }
  yield* cutter.end();
}

/** What {@link chunksOf} takes. */
export interface ChunkOptions extends Pick<FileBlockOptions, "handle" | "start" | "end"> {
  /** Bytes of a chunk, at most. */
  readonly size: number;
}

/**
 * What comes of a file. Each chunk is good until the next is asked for; with a start, that one is read meanwhile.
 *
 * @throws {AuditError} `unreadable` when it cannot be opened or read.
 */
export async function* chunksOf(
  path: string,
  { handle, ...options }: ChunkOptions,
): AsyncGenerator<Uint8Array> {
  const file = handle ?? (await reading(path, open(path, "r")));
  try {
    yield* chunksIn(file, path, options);
  } finally {
    // What is still being read is waited for.
    if (handle === undefined) await file.close();
  }
}

async function* chunksIn(
  file: FileHandle,
  path: string,
  { size, start, end = Infinity }: Omit<ChunkOptions, "handle">,
): AsyncGenerator<Uint8Array> {
  let [buffer, other] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
  // Without a start no place is named: a pipe has none.
  let at = start ?? null;
  let left = end - (start ?? 0);
  const read = async (): Promise<Uint8Array> => {
    const wanted = Math.min(size, left);
    const { bytesRead } = wanted <= 0 ? { bytesRead: 0 } : await file.read(buffer, 0, wanted, at);
    const chunk = buffer.subarray(0, bytesRead);
    [buffer, other] = [other, buffer];
    if (at !== null) at += bytesRead;
    left -= bytesRead;
    return chunk;
  };
  let next: Promise<Uint8Array> | undefined = read();
  for (let chunk = await reading(path, next); chunk.length > 0;) {
    // Of a pipe nobody knows when more comes, and closing it waits for what is being read.
    next = at === null ? undefined : read();
    // Where nobody asks for it, it is no unhandled rejection.
    next?.catch(() => {});
    yield chunk;
    chunk = await reading(path, next ?? read());
  }
}

async function reading<Result>(path: string, result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw cannotRead(path, error);
  }
}
