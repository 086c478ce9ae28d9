import {
  closeSync,
  existsSync,
  fsyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { systemCodeOf } from "./errors.ts";

/** Mode of every directory that otel-audit creates. */
export const DIRECTORY_MODE = 0o700;
/** Mode of every file that otel-audit creates. */
export const FILE_MODE = 0o600;

/**
 * Creates a directory and its parents, 0700; their names are durable when it returns. An existing one
 * is left as it is.
 *
 * Not `mkdirSync(recursive)`: that one never returns where a parent takes no entries, as in /proc.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, DIRECTORY_MODE);
    // What is synced in a directory whose own name is not goes with it when the power fails.
    syncDirectory(dirname(path));
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || existsSync(parent)) throw error;
    makeDirectory(parent);
    makeDirectory(path);
  }
}

/** Writes all bytes at the file's position: a full disk writes a part first (short write), so it loops. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/**
 * Appends whole or not at all: when it fails, the file is cut back to its old end.
 *
 * @throws the system error of the write; also when the file could not be cut back.
 */
export function appendFully(fd: number, bytes: Uint8Array): void {
  const end = fstatSync(fd).size;
  try {
    writeFully(fd, bytes);
  } catch (error) {
    ftruncateSync(fd, end);
    throw error;
  }
}

/** Puts a file in place at once: readers see the old or the new content, never a part. Durable when it returns. */
export function replaceFile(path: string, chunks: Iterable<string | Uint8Array>): void {
  const temporary = `${path}.tmp`;
  const fd = openSync(temporary, "w", FILE_MODE);
  try {
    for (const chunk of chunks)
      writeFully(fd, typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    fsyncSync(fd);
  } catch (error) {
    closeSync(fd);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(fd);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** Makes the names in a directory durable. Where a directory cannot be opened (Windows) it does nothing. */
export function syncDirectory(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(fd);
  } catch {
    // Some filesystems refuse fsync on directories; their renames are durable by other means.
  } finally {
    closeSync(fd);
  }
}

/** Size of a file in bytes, or undefined where there is none. */
export function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
