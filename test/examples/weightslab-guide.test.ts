/** docs/weightslab.md: its code runs, its commands work, its table is the policy. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { canRunPython, runPython } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");
const guide = readFileSync(join(root, "docs/weightslab.md"), "utf8");

/** The first block of a language. */
function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(guide)?.[1];
  return found ?? expect.fail(`no ${language} block`);
}

/** Runs the guide's program where it makes its directory. */
function runProgram(): string {
  const directory = temporaryDirectory();
  const imported = block("ts").replace('"otel-audit"', JSON.stringify(join(root, "src/index.ts")));
  writeFileSync(join(directory, "program.mts"), imported);
  const printed = execFileSync(process.execPath, ["program.mts"], {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, AUDIT_LOG_FORMAT: "" },
  });
  expect(printed).toBe("2 { hp_change: 1, checkpoint_restore: 1 } { success: 1, failed: 1 }\n");
  return directory;
}

test("the program runs", () => {
  expect(existsSync(join(runProgram(), "root_log_dir/audit_log.json"))).toBe(true);
});

const isJqHere = spawnSync("jq", ["--version"]).status === 0;
const isJqRequired = (process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("jq");
if (!isJqHere && !isJqRequired) {
  console.warn("SKIPPED: no jq here; set AUDIT_REQUIRE=jq to make that a failure");
}

test.skipIf(!isJqHere && !isJqRequired)("the commands work", () => {
  const directory = join(runProgram(), "root_log_dir");
  const outputs = block("sh")
    .trim()
    .split("\n")
    .map((line) => execFileSync("sh", ["-c", line], { cwd: directory, encoding: "utf8" }));
  const hyper = { learning_rate: 0.001, batch_size: 32 };
  expect(outputs[0]?.replaceAll(/ +/g, " ")).toBe(' 1 "checkpoint_restore"\n 1 "hp_change"\n');
  expect(JSON.parse(outputs[1] ?? "")).toMatchObject({ error: "Checkpoint file not found" });
  expect(JSON.parse(outputs[2] ?? "")).toEqual(hyper);
  expect(JSON.parse(outputs[3] ?? "")).toEqual([expect.stringMatching(/Z$/), hyper]);
  expect(outputs[4]).toBe("Checkpoint file not found\n");
});

test.skipIf(!canRunPython())("so does Python", () => {
  const directory = runProgram();
  writeFileSync(
    join(directory, "read.py"),
    `import os\nos.chdir(${JSON.stringify(directory)})\n${block("python")}`,
  );
  expect(runPython([join(directory, "read.py")])).toBe("1 1 Checkpoint file not found\n");
});

describe("the table of methods", () => {
  const policy = parse(readFileSync(join(root, "examples/weightslab/audit.yaml"), "utf8")) as {
    readonly rules: readonly {
      readonly method: string;
      readonly actions: readonly { readonly action: string }[];
    }[];
    readonly exempt: readonly { readonly method: string }[];
  };
  const rows = [...guide.matchAll(/^\| `(\w+)` +\|[^|]*\|([^|]*)\|$/gm)];

  test("has a row for every method", () => {
    expect(rows.map(([, method]) => `ExperimentService/${method ?? ""}`).toSorted()).toEqual(
      [...policy.rules, ...policy.exempt].map(({ method }) => method).toSorted(),
    );
  });

  test.each(policy.rules)("$method: the actions of the policy", ({ method, actions }) => {
    const row = rows.find(([, name]) => method === `ExperimentService/${name ?? ""}`)?.[2] ?? "";
    const named = [...row.matchAll(/`(\w+)`/g)].map(([, action]) => action);
    const mapped = new Set(actions.map(({ action }) => action));
    expect(named.filter((action) => action !== "rpc_call").toSorted()).toEqual(
      [...mapped].filter((action) => action !== "rpc_call").toSorted(),
    );
  });

  test.each(policy.exempt)("$method is exempt", ({ method }) => {
    const row = rows.find(([, name]) => method === `ExperimentService/${name ?? ""}`)?.[2] ?? "";
    expect(row.trim()).toBe("exempt");
  });
});

test("all nineteen contradictions have an answer", () => {
  const numbers = [...guide.matchAll(/^\| +(\d+) +\|/gm)].map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: 19 }, (_, at) => at + 1));
});
