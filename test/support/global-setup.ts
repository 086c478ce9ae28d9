import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** That it was done: each project of vitest.config.ts asks for it. */
let isPrepared = false;

/** Once, before any test. */
export default function prepare(): (() => void) | undefined {
  if (isPrepared) return undefined;
  isPrepared = true;
  // Signing keys are made on first use: those of tests are not to stand among the user's own.
  const state = mkdtempSync(join(tmpdir(), "otel-audit-state-"));
  process.env["XDG_STATE_HOME"] = state;
  // Tests start hundreds of programs: what Node compiled for one of them serves the others.
  process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules/.cache/node-compile");
  // Tests of the built package need one; building takes two seconds.
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: ROOT,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  return () => rmSync(state, { recursive: true, force: true });
}
