import { statSync } from "node:fs";
import { AuditError } from "./errors.ts";

/**
 * Refuses a file that others may write: who may write the policy, or the keys it trusts, decides
 * what is audited.
 *
 * @throws {AuditError} `untrusted_file`; also the system error when there is no such file.
 */
export function checkTrust(path: string, report: (line: string) => void): void {
  if (process.platform === "win32") return;
  const mode = checkOwner(path);
  if ((mode & 0o002) !== 0) {
    throw new AuditError(
      "untrusted_file",
      `${path} may be written by everybody: chmod o-w ${path}`,
    );
  }
  if ((mode & 0o020) !== 0) report(`${path} may be written by its group: chmod g-w ${path}`);
}

/**
 * Refuses a file of another user than ours or root. Not for Windows.
 *
 * @param name what it is called in errors. Default: the path.
 * @returns its mode.
 * @throws {AuditError} `untrusted_file`; also the system error when there is no such file.
 */
export function checkOwner(path: string, name: string = path): number {
  const { mode, uid } = statSync(path);
  const own = process.getuid?.() ?? uid;
  if (uid === own || uid === 0) return mode;
  throw new AuditError(
    "untrusted_file",
    `${name} belongs to user ${uid}, not to ${own} or root: chown it`,
  );
}

/**
 * Refuses a file that others may read or write, or that belongs to another user than ours or root.
 *
 * @param name what it is called in errors.
 * @throws {AuditError} `untrusted_file`; also the system error when there is no such file.
 */
export function checkPrivate(path: string, name: string): void {
  if (process.platform === "win32") return;
  const mode = checkOwner(path, name);
  if ((mode & 0o077) === 0) return;
  throw new AuditError(
    "untrusted_file",
    `${name} may be read or written by others: chmod 600 ${path}`,
  );
}
