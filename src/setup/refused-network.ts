import type { AuditError } from "../lib/errors.ts";
import { type FilesystemKind, filesystemKindOf } from "../lib/filesystem.ts";

/**
 * Whether a directory was refused only because it is on a network filesystem: it works, and somebody
 * has to allow it or name another one. What cannot be written has a system error as its cause.
 *
 * @param kindOf default: asks the kernel.
 */
export function isRefusedNetwork(
  directory: string,
  error: AuditError,
  kindOf: (path: string) => FilesystemKind = filesystemKindOf,
): boolean {
  if (error.cause !== undefined) return false;
  try {
    return kindOf(directory).isNetwork === "yes";
  } catch {
    return false;
  }
}
