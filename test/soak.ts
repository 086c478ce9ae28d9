/** The long forms of tests: `npm run soak -- <name>`. Results belong into docs. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

/** What each long run sets, and which tests it runs. */
const RUNS: Readonly<
  Record<string, { readonly env: NodeJS.ProcessEnv; readonly tests: string; readonly what: string }>
> = {
  kills: {
    env: { AUDIT_TEST_KILLS: "200" },
    tests: "test/crash",
    what: "200 SIGKILLs of a real service",
  },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: "boolean", short: "h" } },
});
const name = positionals[0] ?? "";
const run = RUNS[name];
if (values.help === true || run === undefined) {
  console.error("usage: npm run soak -- <name>");
  for (const [known, { what }] of Object.entries(RUNS)) console.error(`  ${known}  ${what}`);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  const { status } = spawnSync("npx", ["vitest", "run", run.tests], {
    env: { ...process.env, ...run.env },
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
