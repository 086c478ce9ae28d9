import type { Block, FileProblem } from "../block.ts";
import type { BlockOptions } from "../block-cutter.ts";
import type { Query } from "../query/query.ts";
import { isGone, type TrailFile, trailFilesOf } from "../trail-files.ts";

/** Something that records are read from. */
export interface TrailSource {
  /** A file, or a URL. */
  readonly name: string;
  /** True: it can be read once, as a pipe. Default false. */
  readonly isReadOnce?: boolean;
  /** Its size, as far as it is known. */
  readonly bytes: number;
  /**
   * Can be called again. A store that can look for something may leave out what does not match the query.
   *
   * @throws {AuditError} as a rejection: `unreadable`.
   */
  readonly blocks: (query?: Query, options?: BlockOptions) => AsyncIterable<Block | FileProblem>;
}

/**
 * The files under some paths, each once: of an audit directory its journal, its views, and all other `.jsonl`,
 * `.json` and `.csv` files. They are those of now: files that come later are not among them, what is renamed
 * before it is read is read all the same, and what is deleted is left out unless it was named itself.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there.
 */
export async function sourcesOf(paths: readonly string[]): Promise<readonly TrailSource[]> {
  const files = await trailFilesOf(paths);
  return files.map((file) => ({
    name: file.path,
    bytes: file.bytes,
    isReadOnce: file.isReadOnce,
    blocks: (_query, options) => blocksIfThere(file, options),
  }));
}

async function* blocksIfThere(
  { blocks, isNamed }: TrailFile,
  options: BlockOptions | undefined,
): AsyncGenerator<Block | FileProblem> {
  try {
    yield* blocks(options);
  } catch (error) {
    // Retention deleted it since it was listed; a record says so.
    if (isNamed || !isGone(error)) throw error;
  }
}
