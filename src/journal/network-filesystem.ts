import { AuditError } from "../lib/errors.ts";
import { type FilesystemKind, filesystemKindOf } from "../lib/filesystem.ts";

/**
 * Refuses a directory whose files are on another machine: there fsync and locks do not promise what
 * the journal promises, and a server that is gone blocks the process.
 *
 * @param directory an existing directory.
 * @param kindOf default: asks the kernel.
 * @throws {AuditError} `directory_unusable` naming the filesystem and the way out.
 */
export function checkFilesystem(
  directory: string,
  report: (line: string) => void,
  kindOf: (path: string) => FilesystemKind = filesystemKindOf,
): void {
  const { name, isNetwork } = look(directory, kindOf);
  const wayOut =
    "use a directory on a local disk, or allow it with journal: { allowNetworkFilesystem: true } or AUDIT_ALLOW_NETWORK_FILESYSTEM=on";
  if (isNetwork === "yes") {
    throw new AuditError(
      "directory_unusable",
      `the audit directory ${JSON.stringify(directory)} is on a network filesystem (${name}), whose syncs and locks cannot be relied on: ${wayOut}`,
    );
  }
  if (isNetwork === "maybe") {
    report(
      `the audit directory ${JSON.stringify(directory)} is on ${name}: if its files are on another machine, ${wayOut}`,
    );
  }
}

/** Where the kernel does not say what it is, nothing is refused. */
function look(directory: string, kindOf: (path: string) => FilesystemKind): FilesystemKind {
  try {
    return kindOf(directory);
  } catch {
    return { name: "unknown", isNetwork: "no" };
  }
}
