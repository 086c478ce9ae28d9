/** `npm run demo:collector` with the real Collector and VictoriaLogs, in a directory of its own. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BUILD_TIMEOUT_MILLIS, whyNoCollector } from "../collector/collector-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/examples/demo-collector: ${skipped}\n\n`);

function runDemo(
  output: string,
): Promise<{ readonly error: unknown; readonly stdout: string; readonly stderr: string }> {
  const args = ["-C", "@otel-audit/source", "examples/demo/demo-collector.ts", "--output", output];
  const options = {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: "" },
    timeout: BUILD_TIMEOUT_MILLIS,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });
}

describe.skipIf(skipped !== undefined)("the demo with a Collector", () => {
  test(
    "brings every record to every place, and one masked event to all of them",
    { timeout: BUILD_TIMEOUT_MILLIS },
    async () => {
      const output = temporaryDirectory();
      const { error, stdout, stderr } = await runDemo(output);
      expect({ error, stderr }).toEqual({ error: null, stderr: "" });
      const [all, results] = /journal +(\d+), of them (\d+) results/.exec(stdout)?.slice(1) ?? [];
      expect(Number(all)).toBeGreaterThan(Number(results));
      expect(stdout).toMatch(new RegExp(`Collector, audit\\.jsonl +${all}\\b`));
      expect(stdout).toMatch(new RegExp(`Collector, audit\\.csv +${results}\\b`));
      expect(stdout).toMatch(new RegExp(`VictoriaLogs +${all}\\b`));
      expect(stdout.match(/password=\*\*\*\*/g)).toHaveLength(4);
      for (const file of ["audit.jsonl", "audit.csv"]) {
        expect(readFileSync(join(output, "collector", file), "utf8")).toContain("password=****");
      }
      expect(stdout).not.toMatch(/hunter2|AKIAIOSFODNN7EXAMPLE/);
    },
  );
});
