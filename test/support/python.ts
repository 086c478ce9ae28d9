/** The Python of this machine: skipped where there is none, a failure where AUDIT_REQUIRE names it. */
import { spawnSync } from "node:child_process";

const COMMAND = process.platform === "win32" ? "python" : "python3";

/** Whether tests that need Python run: it is there, or it must be. A skip is said aloud. */
export function canRunPython(): boolean {
  if ((process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("python")) return true;
  if (spawnSync(COMMAND, ["--version"]).status === 0) return true;
  console.warn("SKIPPED: no python3 here; set AUDIT_REQUIRE=python to make that a failure");
  return false;
}

/** Runs a program to its end and gives what it printed. Throws with both outputs when it fails. */
export function runPython(
  args: readonly string[],
  options: {
    readonly command?: string;
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): string {
  const { command = COMMAND, input, env = {} } = options;
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}
