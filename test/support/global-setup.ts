import { execFileSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** Once, before any test. */
export default function prepare(): void {
  // Tests start hundreds of programs: what Node compiled for one of them serves the others.
  process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules/.cache/node-compile");
  // Tests of the built package need one; building takes two seconds.
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: ROOT,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}
