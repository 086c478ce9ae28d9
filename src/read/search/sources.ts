import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AuditError, systemCodeOf } from "../../lib/errors.ts";
import type { Block, FileProblem } from "../block.ts";
import type { BlockOptions } from "../block-cutter.ts";
import { blocksOf } from "../blocks-of.ts";
import { filesOf } from "../files-of.ts";
import type { Query } from "../query/query.ts";
import { isNoFile, NO_FILE } from "../is-no-file.ts";

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
 * The files under some paths, each once.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there.
 */
export async function sourcesOf(paths: readonly string[]): Promise<readonly TrailSource[]> {
  const named = new Set(paths.map((path) => resolve(path)));
  const files = new Map<string, string>();
  for (const path of paths) {
    for (const file of filesOf(path)) {
      if (!files.has(resolve(file))) files.set(resolve(file), file);
    }
  }
  return Promise.all(
    [...files].map(async ([place, file]) => ({
      name: file,
      bytes: await bytesOf(file),
      isReadOnce: named.has(place) && (await isNoFile(file)),
      blocks: (_query, options = {}) => blocksOfFile(file, named.has(place), options),
    })),
  );
}

/** @param isNamed whether somebody asks for the very file: such a one may be a pipe. */
async function* blocksOfFile(
  file: string,
  isNamed: boolean,
  options: BlockOptions,
): AsyncGenerator<Block | FileProblem> {
  if (!isNamed && (await isNoFile(file))) {
    yield { kind: "problem", message: NO_FILE, file, line: 1 };
    return;
  }
  try {
    yield* blocksOf(file, options);
  } catch (error) {
    // Retention deleted it since it was listed; a record says so.
    const isGone = error instanceof AuditError && systemCodeOf(error.cause) === "ENOENT";
    if (isNamed || !isGone) throw error;
  }
}

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
