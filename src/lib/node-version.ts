/** The oldest Node that has what we use: `registerHooks`. The package's `engines` say the same. */
export const OLDEST_NODE = "22.15";

/** What to tell somebody whose Node is older; undefined: it is not. */
export function whyNodeIsTooOld(version: string = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `otel-audit needs Node ${OLDEST_NODE} or later; this is ${version} (${process.execPath}). Install a newer one: https://nodejs.org`;
}
