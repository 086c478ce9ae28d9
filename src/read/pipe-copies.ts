/**
 * Copies of pipes, for whoever reads a trail more than once.
 *
 * In: paths. Out: of each pipe among them a copy in a file that only this process can open, as it has no name any
 * more when the first byte comes: whatever ends the process takes it away.
 */
import type { FileHandle } from "node:fs/promises";
import { AuditError, messageOf } from "../lib/errors.ts";
import { namelessFile } from "../lib/nameless-file.ts";
import { createBlockCutter } from "./block-cutter.ts";
import { chunksOf } from "./blocks-of.ts";
import { type PipeCopies, type PipeCopy, trailFilesOf } from "./trail-files.ts";

const CHUNK_BYTES = 1024 * 1024;
/** What is seen to be no trail by then is not copied to its end, which it may not have. */
const LOOKED_AT_BYTES = 1024 * 1024;

/**
 * Copies what can be read only once. Nobody closes the copies: they last as long as the process.
 *
 * @param directory where there is room.
 * @throws {AuditError} as a rejection: `unreadable` where a path cannot be read, or not be copied.
 */
export async function copyPipes(paths: readonly string[], directory: string): Promise<PipeCopies> {
  const copies = new Map<string, PipeCopy>();
  for (const { path, isReadOnce } of await trailFilesOf(paths)) {
    if (isReadOnce) copies.set(path, await copyOf(path, directory));
  }
  return copies;
}

async function copyOf(path: string, directory: string): Promise<PipeCopy> {
  const handle = await namelessFile(directory).catch((error: unknown) => {
    throw cannotCopy(path, directory, error);
  });
  kept.add(handle);
  const cutter = createBlockCutter(path);
  let bytes = 0;
  for await (const chunk of chunksOf(path, { size: CHUNK_BYTES })) {
    try {
      await handle.appendFile(chunk);
    } catch (error) {
      throw cannotCopy(path, directory, error);
    }
    if (bytes < LOOKED_AT_BYTES) Array.from(cutter.push(chunk));
    bytes += chunk.length;
    if (cutter.isRefused()) break;
  }
  return { handle, bytes };
}

/** Those that are collected are closed, with a warning. */
const kept = new Set<FileHandle>();

function cannotCopy(path: string, directory: string, cause: unknown): AuditError {
  return new AuditError(
    "unreadable",
    `cannot copy ${path} into ${directory}: ${messageOf(cause)}; it has to be read more than once, which a pipe cannot: set TMPDIR to a directory with room, or write it into a file and name that`,
    { cause },
  );
}
