/**
 * The one walk through the files of a trail, for everybody who reads one.
 *
 * In: paths. Out: the files under them, as they were when they were listed. Promise: what rotation renames
 * before it is read is read under its new name.
 */
import type { FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { AuditError, systemCodeOf } from "../lib/errors.ts";
import { type ListedFile, listFile, type OpenedFile, openListed } from "../lib/listed-file.ts";
import type { Block, FileProblem } from "./block.ts";
import type { BlockOptions } from "./block-cutter.ts";
import { blocksOf } from "./blocks-of.ts";
import { cannotRead } from "./cannot-read.ts";
import { filesOf } from "./files-of.ts";
import { isNoFile, NO_FILE } from "./is-no-file.ts";

/** A file of a trail. */
export interface TrailFile {
  /** Its name when it was listed; blocks and problems have the one that it is read under. */
  readonly path: string;
  readonly bytes: number;
  /** Somebody asks for the very file: such a one may be a pipe. */
  readonly isNamed: boolean;
  /** A pipe: it can be read once. */
  readonly isReadOnce: boolean;
  /**
   * Can be called again.
   *
   * @throws {AuditError} as a rejection: `unreadable`; {@link isGone} tells whether it was deleted.
   */
  readonly blocks: (options?: BlockOptions) => AsyncGenerator<Block | FileProblem>;
}

/** A copy of what can be read only once. */
export interface PipeCopy {
  readonly handle: FileHandle;
  readonly bytes: number;
}

/** Copies of pipes, by the names of these. */
export type PipeCopies = ReadonlyMap<string, PipeCopy>;

/**
 * The files under some paths, each once, in the order in which they are named first.
 *
 * @param pipes are read where the pipes themselves are named.
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there.
 */
export async function trailFilesOf(
  paths: readonly string[],
  pipes: PipeCopies = new Map(),
): Promise<readonly TrailFile[]> {
  const named = new Set(paths.map((path) => resolve(path)));
  const files = new Map<string, string>();
  for (const path of paths) {
    for (const file of filesOf(path)) {
      if (!files.has(resolve(file))) files.set(resolve(file), file);
    }
  }
  return Promise.all(
    [...files].map(async ([place, path]) => {
      const copy = pipes.get(path);
      if (copy !== undefined) return copiedFile(path, copy);
      const listed = listedAt(path);
      const isNamed = named.has(place);
      return {
        path,
        bytes: listed?.bytes ?? 0,
        isNamed,
        isReadOnce: isNamed && (await isNoFile(path)),
        blocks: (options = {}) => blocksIn(path, { listed, isNamed, options }),
      };
    }),
  );
}

function copiedFile(path: string, { handle, bytes }: PipeCopy): TrailFile {
  return {
    path,
    bytes,
    isNamed: true,
    isReadOnce: false,
    blocks: (options = {}) => blocksOf(path, { ...options, handle, start: 0 }),
  };
}

/** Whether an error says that a file is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof AuditError && systemCodeOf(error.cause) === "ENOENT";
}

/** What is read of a file. */
interface Reading extends Pick<TrailFile, "isNamed"> {
  /** As it was listed; undefined: it was gone already. */
  readonly listed: ListedFile | undefined;
  readonly options: BlockOptions;
}

async function* blocksIn(
  path: string,
  { listed, isNamed, options }: Reading,
): AsyncGenerator<Block | FileProblem> {
  if (await isNoFile(path)) {
    // One among the files of a directory would never end.
    if (isNamed) yield* blocksOf(path, options);
    else yield { kind: "problem", message: NO_FILE, file: path, line: 1 };
    return;
  }
  const opened = listed === undefined ? undefined : await openedOf(listed);
  try {
    // A file that was replaced is read as it is now.
    yield* blocksOf(opened?.path ?? path, { ...options, handle: opened?.handle, start: 0 });
  } finally {
    await opened?.handle.close();
  }
}

/** undefined where nothing can be said of it: reading it says why. */
function listedAt(path: string): ListedFile | undefined {
  try {
    return listFile(path);
  } catch {
    return undefined;
  }
}

async function openedOf(listed: ListedFile): Promise<OpenedFile | undefined> {
  try {
    return await openListed(listed);
  } catch (error) {
    throw cannotRead(listed.path, error);
  }
}
