import { readFileSync, statSync } from "node:fs";

/**
 * The text of a file, and of nothing else: a pipe by its name would be waited for.
 *
 * @throws {Error} that it is no regular file; else the system error.
 */
export function readRegularFile(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is no regular file`);
  return readFileSync(path, "utf8");
}
