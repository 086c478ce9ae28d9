/** Who reads and verifies needs nothing of the OpenTelemetry SDK, and waits for nothing of it. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Prints the address of every module that a package's entry loads. */
const PROGRAM = `
import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { console.log(url); return next(url, context); } });
await import(process.argv[1]);
`;

test.each(["otel-audit/verify", "otel-audit/read"])("%s loads no SDK", (entry) => {
  const args = ["-C", "@otel-audit/source", "--input-type=module", "-e", PROGRAM, entry];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status).toBe(0);
  const packages = [...stdout.matchAll(/node_modules\/(@opentelemetry\/[^/]+)/g)].map(
    ([, name]) => name,
  );
  expect(stdout).toContain("src/format/json-line.ts");
  expect([...new Set(packages)]).toEqual(["@opentelemetry/semantic-conventions"]);
});
