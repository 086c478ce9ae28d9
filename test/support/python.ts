/** The Python of this machine: skipped where there is none, a failure where AUDIT_REQUIRE names it. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const COMMAND = process.platform === "win32" ? "python" : "python3";

/** Whether tests that need Python run: it is there, or it must be. A skip is said aloud. */
export function canRunPython(): boolean {
  if ((process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("python")) return true;
  const isThere = (...args: readonly string[]): boolean => spawnSync(COMMAND, args).status === 0;
  if (isThere("-m", "pip", "--version") && isThere("-c", "import ensurepip, venv")) return true;
  console.warn(
    "SKIPPED: no python3 with pip and venv here; set AUDIT_REQUIRE=python to make that a failure",
  );
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

/**
 * Path of a Python that has the packages of a requirements file: a virtual environment below .cache/,
 * made with the first call and kept until the file changes.
 */
export function pythonWith(requirements: string): string {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const folder = join(import.meta.dirname, "../../.cache/python", digest.slice(0, 16));
  const python =
    process.platform === "win32" ? join(folder, "Scripts/python.exe") : join(folder, "bin/python");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return python;
  rmSync(folder, { recursive: true, force: true });
  runPython(["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", "--no-input", "-r", requirements];
  runPython(install, { command: python });
  writeFileSync(ready, "");
  return python;
}
