import { stat } from "node:fs/promises";

/** Said of what stands in the place of a file. */
export const NO_FILE = "it is no file";

/** Whether it is a pipe, a device, a directory: what is no file may have no end. False where nobody can tell. */
export async function isNoFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isFile();
  } catch {
    return false;
  }
}
