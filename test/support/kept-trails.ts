/**
 * Trails that several test files begin with, written once: where `AUDIT_TEST_TRAILS` names a directory.
 * Mutation tests run the same files thousands of times.
 */
import { cpSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";

const kept = process.env["AUDIT_TEST_TRAILS"];

/**
 * Makes a directory, or copies the one that was made under the same name before.
 *
 * @param name of what `make` does, with all that it depends on; undefined: it is always done.
 * @param make leaves the directory behind, whatever stood in it before.
 */
export function makeOnce(name: string | undefined, directory: string, make: () => void): void {
  if (kept === undefined || name === undefined) return make();
  const place = join(kept, createHash("sha256").update(name).digest("hex"));
  if (existsSync(place)) return cpSync(place, directory, { recursive: true });
  make();
  mkdirSync(kept, { recursive: true });
  const part = `${place}.${process.pid}`;
  cpSync(directory, part, { recursive: true });
  // Of two that made it at the same time the second keeps its own.
  if (!existsSync(place)) renameSync(part, place);
}
