/** What the commands that take a private key say of its place. */
import { lstatSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { AuditError } from "../lib/errors.ts";
import { keyPlaceOfEnvironment } from "../setup/options.ts";

/**
 * Where the private key is, or is to be.
 *
 * @param option that named it, as in `--file`.
 * @throws {AuditError} `invalid_option` for an empty name; `unreadable` where nothing names a place.
 */
export function keyPathOf(given: string | undefined, option: string): string {
  if (given === "")
    throw new AuditError(
      "invalid_option",
      `${option} names nothing: give the path of a private key`,
    );
  const place = keyPlaceOfEnvironment(given);
  if (place !== undefined) return resolve(place.path);
  throw new AuditError(
    "unreadable",
    `there is no home directory to keep a key in: pass ${option} or set AUDIT_SIGNING_KEY_FILE`,
  );
}

/**
 * Uses a private key. A file that is none cannot be read as one, which is no wrong usage.
 *
 * @throws {AuditError} `unreadable` for what is no key; else what was thrown.
 */
export function usingKey<Result>(use: () => Result): Result {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof AuditError) || error.code !== "invalid_option") throw error;
    throw new AuditError("unreadable", error.message, { cause: error });
  }
}

/**
 * Why no key can be made at a place where something is; undefined: nothing is there.
 *
 * @param path absolute.
 */
export function whatIsAt(path: string): string | undefined {
  const own = lstatSync(path, { throwIfNoEntry: false });
  if (own === undefined) return undefined;
  const stats = statSync(path, { throwIfNoEntry: false });
  const other = "name the file that the key is to be in with --file";
  if (stats === undefined) return `${path} is a link that leads to nothing: ${other}`;
  if (stats.isDirectory()) return `${path} is a directory: ${other}`;
  if (!stats.isFile()) return `${path} is no regular file: ${other}`;
  return `there is a key already: ${path}; otel-audit keys rotate replaces it, --file names another place`;
}
