/** The long forms of tests: `npm run soak -- <name>`. Results belong into docs/soak.md. */
import { spawnSync } from "node:child_process";

/** What each long run sets, and what it runs. */
interface Run {
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const VITEST = ["vitest", "run", "--disable-console-intercept=true", "--reporter=verbose"];

const RUNS: Readonly<Record<string, Run>> = {
  kills: {
    what: "200 SIGKILLs over four services in one directory, with a receiver on a bad day",
    command: "npx",
    args: [...VITEST, "test/crash/kills.test.ts"],
    env: { AUDIT_TEST_KILLS: "200" },
  },
  faults: {
    what: "every row of the fault table, ten times or for ten seconds",
    command: "npx",
    args: [...VITEST, "test/crash/fault-"],
    env: { AUDIT_TEST_FAULT_ROUNDS: "10", AUDIT_TEST_BLOCK_MILLIS: "10000" },
  },
  fuzz: {
    what: "a million mutated trails, in every form, and notes",
    command: "npx",
    args: [...VITEST, "test/verify/fuzz.test.ts"],
    env: { AUDIT_TEST_INPUTS: "1000000" },
  },
  collector: {
    what: "100 000 records through a Collector into a backend, all three killed 40 times",
    command: "npx",
    args: [...VITEST, "test/crash/collector.test.ts"],
    env: {
      AUDIT_TEST_COLLECTOR_RECORDS: "100000",
      AUDIT_TEST_COLLECTOR_KILLS: "40",
      AUDIT_REQUIRE: "go",
    },
  },
  histories: {
    what: "15 000 random histories, of which the verifier in Python must say the same",
    command: "npx",
    args: [...VITEST, "test/verify/random-histories.test.ts"],
    env: { AUDIT_TEST_HISTORIES: "15000", AUDIT_REQUIRE: "python" },
  },
  writers: {
    what: "twelve writers of one directory, as threads and as processes",
    command: "npx",
    args: [...VITEST, "test/record/audit-logger-writers.test.ts"],
    env: { AUDIT_TEST_WRITERS: "12" },
  },
  shipping: {
    what: "300 000 records while the receiver never answers: no memory goes",
    command: "npx",
    args: [...VITEST, "test/crash/shipping.test.ts"],
    env: { AUDIT_TEST_RECORDS: "300000" },
  },
  commands: {
    what: "every test of a command, each start of it a process of its own",
    command: "npx",
    args: [...VITEST, "test/cli/", "test/collector/", "test/verify/attacks/command"],
    env: { AUDIT_TEST_COMMANDS: "spawned" },
  },
  millions: {
    what: "7 million records in one directory; --records, --directory, --ship",
    command: process.execPath,
    args: ["-C", "@otel-audit/source", "test/crash/millions.ts"],
  },
};

const [name = "", ...more] = process.argv.slice(2);
const run = RUNS[name];
if (run === undefined) {
  console.error("usage: npm run soak -- <name> [options]");
  for (const [known, { what }] of Object.entries(RUNS)) console.error(`  ${known}  ${what}`);
  process.exitCode = ["-h", "--help"].includes(name) ? 0 : 2;
} else {
  // What is set already counts: AUDIT_TEST_KILLS=500 npm run soak -- kills.
  const { status } = spawnSync(run.command, [...run.args, ...more], {
    env: { ...run.env, ...process.env },
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
