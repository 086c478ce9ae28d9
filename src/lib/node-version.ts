/**
 * The Nodes that have what we use, `registerHooks`: by major version, from which minor version on. Those
 * between them lack it, later ones have it. The package's `engines` say the same.
 */
const OLDEST_NODES: Readonly<Record<number, number>> = { 22: 15, 23: 5 };

/** What to tell somebody whose Node is too old; undefined: it is not. */
export function whyNodeIsTooOld(version: string = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const oldest = OLDEST_NODES[major];
  if (oldest === undefined ? major > 22 : minor >= oldest) return undefined;
  return `otel-audit needs Node 22.15 or later, of Node 23 at least 23.5; this is ${version} (${process.execPath}). Install a newer one: https://nodejs.org`;
}
