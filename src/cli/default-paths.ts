import { AuditError } from "../lib/errors.ts";

/**
 * The paths that were given, else the audit directory of the environment.
 *
 * @param lack what is said where there is none, as in `nothing to verify`.
 * @throws {AuditError} `invalid_option` where there is none, or an empty one.
 */
export function pathsOrDefault(given: readonly string[], lack: string): readonly string[] {
  if (given.includes(""))
    throw new AuditError(
      "invalid_option",
      "an empty path names nothing: name files or directories, or give none and set AUDIT_LOG_DIR",
    );
  if (given.length > 0) return given;
  const directory = process.env["AUDIT_LOG_DIR"] ?? "";
  if (directory !== "") return [directory];
  throw new AuditError(
    "invalid_option",
    `${lack}: name files or directories, or set AUDIT_LOG_DIR`,
  );
}
