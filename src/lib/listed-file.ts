/** Files that are renamed between being listed and being read, as a Collector rotates what it writes. */
import { statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCodeOf } from "./errors.ts";
import { namesIn } from "./names-in.ts";
import { lineEndsIn } from "./line-ends.ts";

/** A file as it was when somebody looked: its name may be another one's by the time it is read. */
export interface ListedFile {
  readonly path: string;
  /** Device and inode: what stays under another name. Empty: it was gone when it was looked at. */
  readonly identity: string;
  readonly bytes: number;
}

/** A listed file, wherever it is by now. Whoever opened it closes it. */
export interface OpenedFile {
  readonly handle: FileHandle;
  /** Its name now. */
  readonly path: string;
  /** Its size now. */
  readonly bytes: number;
}

/** A rotation may come between finding a name and opening it; it does not come again and again. */
const MAX_TRIES = 5;
const CHUNK_BYTES = 1024 * 1024;

/** What is there under a name; undefined: nothing. */
export function listFile(path: string): ListedFile | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return { path, identity: identityOf(stats), bytes: Number(stats.size) };
}

/**
 * Opens a listed file under the name that it has now, in the directory where it was listed.
 *
 * @returns undefined where it is not there any more.
 * @throws what the system says of a file that is there and cannot be opened, as a rejection.
 */
export async function openListed({ path, identity }: ListedFile): Promise<OpenedFile | undefined> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const now = isThere(path, identity) ? path : nameOf(identity, dirname(path));
    if (now === undefined) return undefined;
    const handle = await openIfThere(now);
    if (handle === undefined) continue;
    const stats = await handle.stat({ bigint: true });
    if (identityOf(stats) === identity) return { handle, path: now, bytes: Number(stats.size) };
    await handle.close();
  }
  return undefined;
}

/** Where the last whole line before a byte ends, and how many lines there are up to it. */
export async function wholeLines(
  handle: FileHandle,
  before: number,
): Promise<{ readonly end: number; readonly lines: number }> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let end = 0;
  let lines = 0;
  for (let at = 0; at < before;) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK_BYTES, before - at), at);
    if (bytesRead === 0) break;
    const read = lineEndsIn(chunk.subarray(0, bytesRead));
    if (read.lines > 0) end = at + read.end;
    lines += read.lines;
    at += bytesRead;
  }
  return { end, lines };
}

function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}

function isThere(path: string, identity: string): boolean {
  return listFile(path)?.identity === identity;
}

function nameOf(identity: string, directory: string): string | undefined {
  return namesIn(directory)
    .map((name) => join(directory, name))
    .find((path) => isThere(path, identity));
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
