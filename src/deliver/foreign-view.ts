import { renameSync } from "node:fs";
import { sizeOf } from "../lib/files.ts";

/**
 * Puts a file that we did not write out of the way of a view, and says so. Nothing is overwritten:
 * the new name is one that is free.
 */
export function setForeignAside(path: string, why: string, report: (line: string) => void): void {
  let aside = `${path}.foreign`;
  for (let count = 2; sizeOf(aside) !== undefined; count++) aside = `${path}.foreign-${count}`;
  renameSync(path, aside);
  report(`${path} ${why}: it is kept as ${aside}, and a new view is written from the journal`);
}
