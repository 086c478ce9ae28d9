/** Whether a signing key lies where others could use or replace it. */
import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { AuditError } from "../lib/errors.ts";
import { ownPath } from "./public-key-file.ts";

/**
 * Refuses a key in the audit directory, a link there that leads to one, and a key that has a second name
 * right in that directory.
 *
 * @throws {AuditError} `invalid_option`.
 */
export function checkKeyPlace(path: string, directory: string): void {
  const audit = realPath(directory);
  const named = join(realPath(dirname(resolve(path))), basename(path));
  const isIn = [named, realPath(resolve(path))].some((place) => isWithin(audit, place));
  if (!isIn && !isLinkedIn(audit, path)) return;
  throw new AuditError(
    "invalid_option",
    `the signing key ${path} lies in the audit directory ${directory}: whoever may write the records could sign them; set AUDIT_SIGNING_KEY_FILE to a place outside`,
  );
}

/** Whether a file right in a directory is the same one: few have a second name, and only then it is looked for. */
function isLinkedIn(directory: string, path: string): boolean {
  const own = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (own === undefined || !own.isFile() || own.nlink < 2n) return false;
  return namesIn(directory).some((name) => {
    const other = lstatSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
    return other?.ino === own.ino && other.dev === own.dev;
  });
}

/** None where it cannot be listed: it is opened later, and that says why it cannot. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

const WRITABLE_BY_OTHERS = 0o022;
/** What others own in such a directory nobody else can take away. */
const STICKY = 0o1000;

/**
 * What people should know of where a key is: directories that others may write, in which they could put
 * another one, or another list of public keys.
 *
 * @throws the system error where it cannot be looked at.
 */
export function keyPlaceWarnings(path: string): readonly string[] {
  if (process.platform === "win32") return [];
  const directories = new Set([dirname(resolve(path)), dirname(resolve(ownPath(path)))]);
  return [...directories].flatMap((directory) => {
    const { mode } = statSync(directory);
    const isOpen = (mode & WRITABLE_BY_OTHERS) !== 0 && (mode & STICKY) === 0;
    return isOpen
      ? [
          `others may write the directory of the signing key ${path}, and replace it: chmod go-w ${directory}`,
        ]
      : [];
  });
}

function isWithin(directory: string, path: string): boolean {
  const below = relative(directory, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && resolve(below) !== below;
}

/** Links followed as far as there is something. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}
