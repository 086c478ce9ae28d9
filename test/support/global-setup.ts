import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Tests of the built package need one; building takes two seconds. */
export default function buildOnce(): void {
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}
