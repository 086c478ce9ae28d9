/** Files that no name leads to. */
import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/**
 * A new file that only this process can open: it has no name any more when the first byte comes, so that
 * whatever ends the process takes it away.
 *
 * @param directory where there is room.
 * @throws what the file system says, as a rejection.
 */
export async function namelessFile(directory: string): Promise<FileHandle> {
  const folder = mkdtempSync(join(directory, "otel-audit-"));
  try {
    return await open(join(folder, "copy"), "wx+", 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
