import { join } from "node:path";
import { pathToFileURL } from "node:url";

const DIST = join(import.meta.dirname, "../../dist");

/**
 * A module of the package as it was built, also one that no user can import: what is shipped is what
 * is measured. Rejects where nothing was built.
 *
 * @param path below dist/, without extension; `Module` is the type of the same module below src/.
 */
export async function builtModule<Module>(path: string): Promise<Module> {
  return (await import(pathToFileURL(join(DIST, `${path}.js`)).href)) as Module;
}
