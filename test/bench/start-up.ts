/**
 * What the register hook adds to the start of a process that serves no gRPC.
 *
 *     npm run build && node test/bench/start-up.ts
 *
 * Prints medians and their ratio; asserts nothing, because time is not ours to promise.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const RUNS = 21;
const root = join(import.meta.dirname, "../..");
const REGISTER = ["--import", join(root, "dist/register.js")];
const CLIENT = 'await import("@grpc/grpc-js");';

const programs: Readonly<Record<string, readonly string[]>> = {
  "an empty program": ["-e", "0"],
  "one that loads grpc-js": ["--input-type=module", "-e", CLIENT],
};

function medianMillis(args: readonly string[]): number {
  const times = Array.from({ length: RUNS }, () => {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return performance.now() - started;
  });
  return times.toSorted((left, right) => left - right)[RUNS >> 1] ?? Number.NaN;
}

for (const [name, args] of Object.entries(programs)) {
  const plain = medianMillis(args);
  const registered = medianMillis([...REGISTER, ...args]);
  console.log(
    `${name}: ${plain.toFixed(0)} ms, with the hook ${registered.toFixed(0)} ms (x ${(registered / plain).toFixed(2)})`,
  );
}
