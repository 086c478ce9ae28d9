/**
 * All benchmarks, one after the other.
 *
 *     npm run bench -- --help
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { COMMON_HELP, COMMON_OPTIONS } from "./benchmark.ts";

const HELP = `usage: npm run bench -- [options]

Runs bench:grpc, bench:loggers, bench:seal, bench:verify, bench:read,
bench:collector, bench:start-up and bench:redaction: about an hour,
on a machine that does nothing else. The first six end with what was aimed at and what was found. Needs
python3 with pip, jq, and 6 GB of disk.

  --corpus DIR      texts and secrets for bench:redaction; without them only its costs are measured
${COMMON_HELP}`;

const { values } = parseArgs({ options: { ...COMMON_OPTIONS, corpus: { type: "string" } } });
const { quick, write, directory, corpus, help } = values;
if (help) {
  console.log(HELP);
} else {
  const common = [
    ...(quick ? ["--quick"] : []),
    ...(write ? ["--write"] : []),
    ...(directory === undefined ? [] : ["--directory", directory]),
  ];
  run("grpc.ts", common);
  run("loggers.ts", common);
  run("seal.ts", common);
  run("verify.ts", common);
  run("read.ts", common, ["-C", "@otel-audit/source"]);
  run("collector.ts", common);
  run("start-up.ts", []);
  run("redaction.ts", corpus === undefined ? [] : ["--corpus", corpus], [
    "-C",
    "@otel-audit/source",
  ]);
}

/** A benchmark that fails does not keep the others from running. */
function run(name: string, args: readonly string[], nodeArgs: readonly string[] = []): void {
  console.log(`\n## ${name.replace(".ts", "")}`);
  const program = join(import.meta.dirname, name);
  const { status } = spawnSync(process.execPath, [...nodeArgs, program, ...args], {
    stdio: "inherit",
  });
  if (status === 0) return;
  console.error(`${name} FAILED`);
  process.exitCode = 1;
}
