import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * `otel-audit` in XDG_CACHE_HOME, else in `~/.cache` (XDG Base Directory Specification, which has
 * relative paths passed over): what can be made again. Undefined for a user without a home.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv): string | undefined {
  const named = env["XDG_CACHE_HOME"] ?? "";
  if (isAbsolute(named)) return join(named, "otel-audit");
  try {
    return join(homedir(), ".cache", "otel-audit");
  } catch {
    return undefined;
  }
}
