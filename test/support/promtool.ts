/** The promtool of Prometheus: one that was built before, one on PATH, or, where it is required, built now. */
import { spawnSync } from "node:child_process";
import { buildPromtool, promtoolBinaryIfBuilt } from "../../collector-config/build/build.ts";

/** A build from nothing takes minutes on two cores. */
export const PROMTOOL_BUILD_TIMEOUT_MILLIS = 900_000;

/** Why promtool cannot be run here; undefined when it can, or must (AUDIT_REQUIRE=promtool). */
export function whyNoPromtool(): string | undefined {
  if (isRequired() || promtoolBinaryIfBuilt() !== undefined || isOnPath()) return undefined;
  return "SKIPPED, NOT TESTED: no promtool on PATH; build one with `node collector-config/build/build.ts promtool`, or set AUDIT_REQUIRE=promtool";
}

/** What promtool says, on both outputs. Throws that where it finds anything wrong. */
export async function promtool(...args: readonly string[]): Promise<string> {
  const built = promtoolBinaryIfBuilt();
  const binary = built ?? (isRequired() ? await buildPromtool() : "promtool");
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`promtool ${args.join(" ")}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

function isRequired(): boolean {
  return (process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("promtool");
}

function isOnPath(): boolean {
  return spawnSync("promtool", ["--version"]).status === 0;
}
