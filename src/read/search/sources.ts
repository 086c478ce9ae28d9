import { resolve } from "node:path";
import { AuditError, systemCodeOf } from "../../lib/errors.ts";
import { type ListedFile, listFile, openListed } from "../../lib/listed-file.ts";
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
    [...files].map(async ([place, file]) => {
      const listed = listFile(file);
      const isNamed = named.has(place);
      return {
        name: file,
        bytes: listed?.bytes ?? 0,
        isReadOnce: isNamed && (await isNoFile(file)),
        blocks: (_query, options = {}) => blocksOfFile(file, { listed, isNamed, options }),
      };
    }),
  );
}

/** What is read of a file. */
interface Reading {
  /** As it was listed; undefined: it was gone already. */
  readonly listed: ListedFile | undefined;
  /** Somebody asks for the very file: such a one may be a pipe. */
  readonly isNamed: boolean;
  readonly options: BlockOptions;
}

async function* blocksOfFile(
  file: string,
  { listed, isNamed, options }: Reading,
): AsyncGenerator<Block | FileProblem> {
  if (await isNoFile(file)) {
    if (isNamed) yield* blocksOf(file, options);
    else yield { kind: "problem", message: NO_FILE, file, line: 1 };
    return;
  }
  // Rotated since it was listed: it has another name, and its own may be another file's.
  const opened = listed === undefined ? undefined : await openListed(listed);
  try {
    yield* blocksOf(opened?.path ?? file, { ...options, handle: opened?.handle });
  } catch (error) {
    // Retention deleted it since it was listed; a record says so.
    const isGone = error instanceof AuditError && systemCodeOf(error.cause) === "ENOENT";
    if (isNamed || !isGone) throw error;
  } finally {
    await opened?.handle.close();
  }
}
