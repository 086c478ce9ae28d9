import { readFileSync, statSync } from "node:fs";

/**
 * The text of a file, and of nothing else: a pipe by its name would be waited for.
 *
 * @throws {Error} that it is no regular file; else the system error.
 */
export function readRegularFile(path: string): string {
  checkRegular(path);
  return readFileSync(path, "utf8");
}

/**
 * Refuses what is no file: a directory, a pipe.
 *
 * @throws {Error} that it is no regular file; else the system error.
 */
export function checkRegular(path: string): void {
  if (!statSync(path).isFile()) throw new Error(`${path} is no regular file`);
}
