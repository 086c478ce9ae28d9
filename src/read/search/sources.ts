import { AuditError } from "../../lib/errors.ts";
import type { Block, FileProblem } from "../block.ts";
import type { BlockOptions } from "../block-cutter.ts";
import { filesOf, isOfTrail, strangeFoldersOf } from "../files-of.ts";
import type { Query } from "../query/query.ts";
import { isGone, type PipeCopies, type TrailFile, trailFilesOf } from "../trail-files.ts";

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
 * A folder of a journal whose name is none of a stream is a source that gives a problem.
 *
 * @param pipes copies, which are read where pipes are named.
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there, or is a directory without
 * anything that may hold records, unless it has a journal, which may be empty yet.
 */
export async function sourcesOf(
  paths: readonly string[],
  pipes?: PipeCopies,
): Promise<readonly TrailSource[]> {
  const strange = new Set(paths.flatMap(strangeFoldersOf));
  for (const path of paths) {
    if (!isOfTrail(path) && filesOf(path).length === 0) throw nothingIn(path);
  }
  const files = await trailFilesOf(paths, pipes);
  const sources = files.map((file) => ({
    name: file.path,
    bytes: file.bytes,
    isReadOnce: file.isReadOnce,
    blocks: (_query?: Query, options?: BlockOptions) => blocksIfThere(file, options),
  }));
  return [...sources, ...[...strange].map(strangeSource)];
}

function nothingIn(path: string): AuditError {
  return new AuditError(
    "unreadable",
    `${path} has no journal and no .jsonl, .json or .csv file: nothing in it can hold records, and other folders in it are not looked through; name an audit directory, or the files`,
  );
}

/** Whoever reads must not take it for nothing. */
function strangeSource(folder: string): TrailSource {
  const message =
    "its name is none of a stream, and it is not read; name it itself to read its files";
  const problem: FileProblem = { kind: "problem", message, file: folder, line: 1 };
  return {
    name: folder,
    bytes: 0,
    async *blocks() {
      yield problem;
    },
  };
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
