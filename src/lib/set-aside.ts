import { linkSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { systemCodeOf } from "./errors.ts";

/**
 * Renames what stands at a path to the first of `….foreign`, `….foreign-2`, … that is free. Nothing
 * is overwritten.
 *
 * @returns the new path.
 * @throws the system error when it cannot be renamed.
 */
export function setAside(path: string): string {
  for (let count = 1; ; count++) {
    const aside = count === 1 ? `${path}.foreign` : `${path}.foreign-${count}`;
    if (renameToFree(path, aside)) return aside;
  }
}

function renameToFree(path: string, aside: string): boolean {
  if (lstatSync(aside, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    // A name that somebody takes in this moment makes link fail, where rename would overwrite.
    linkSync(path, aside);
    unlinkSync(path);
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    if (systemCodeOf(error) === "ENOENT") throw error;
    // Directories, and filesystems without hard links.
    renameSync(path, aside);
  }
  return true;
}
