import { type Stats, statSync } from "node:fs";
import { type ChangeTellers, setForeignAside } from "./foreign-view.ts";

/**
 * Puts what stands at the path of a view and is no file out of the way: opening a named pipe or a
 * device may never return.
 *
 * @throws where it cannot be renamed, as a mount point.
 */
export function setOddAside(path: string, tellers: ChangeTellers): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  setForeignAside(path, { change: "foreign", why: `is a ${kindOf(found)}` }, tellers);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "directory";
  if (stats.isFIFO()) return "named pipe";
  return stats.isSocket() ? "socket" : "device";
}
