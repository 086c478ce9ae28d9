/** One Collector, or one repair of its files, in a directory at a time. */
import { join } from "node:path";
import { AuditError, messageOf } from "../lib/errors.ts";
import { type FileLock, tryLockFile } from "../lib/file-lock.ts";
import { makeDirectory } from "../lib/files.ts";

/**
 * Held as long as a Collector runs that `collector run` started, and while its files are repaired.
 *
 * @throws {AuditError} `directory_unusable`, also where another holds it.
 */
export function lockCollectorDirectory(directory: string): FileLock {
  const path = join(directory, "collector.lock");
  let lock: FileLock | null;
  try {
    makeDirectory(directory);
    lock = tryLockFile(path);
  } catch (error) {
    throw new AuditError(
      "directory_unusable",
      `cannot use the Collector's directory ${JSON.stringify(directory)}: ${messageOf(error)}; ` +
        "make it writable, or name another with --directory",
      { cause: error },
    );
  }
  if (lock === null) throw collectorRunsAlready(`holds ${path}`);
  return lock;
}

/** What to say where a Collector is met that runs. */
export function collectorRunsAlready(sign: string): AuditError {
  return new AuditError(
    "directory_unusable",
    `a Collector runs already: it ${sign}; stop it, or give this one a directory of its own (--directory) ` +
      "and endpoints of its own (AUDIT_OTLP_GRPC_ENDPOINT, AUDIT_OTLP_HTTP_ENDPOINT, AUDIT_SPOOL_ENDPOINT, " +
      "AUDIT_HEALTH_ENDPOINT, AUDIT_METRICS_PORT)",
  );
}
