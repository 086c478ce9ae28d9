/** The command line as people run it: a process, its two outputs and its exit code. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type Ran, runPrepared } from "../support/prepared-command.ts";
const manifest = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
) as { readonly version: string };

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { AUDIT_COLLECTOR_DIR: _, ...inherited } = process.env;
  return runPrepared(args, { env: { ...inherited, NODE_OPTIONS: "", ...env } });
}

test.each<[args: string[], text: string]>([
  [["--help"], "Usage: otel-audit"],
  [["help"], "Usage: otel-audit"],
  [["collector", "--help"], "Usage: otel-audit collector"],
  [["collector", "prepare", "--help"], "Exit: 0 ready, 2 wrong usage, 3"],
  [["collector", "doctor", "--help"], "Exit: 0 it arrived everywhere"],
  [["resend", "--help"], "Exit: 0 all sent"],
  [["verify", "--help"], "Exit: 0 verified"],
  [["gaps", "--help"], "Exit: 0 nothing is missing"],
  [["inspect", "--help"], "Exit: 0 proven"],
  [["anchor", "--help"], "Exit: 0 written"],
  [["--version"], manifest.version],
])("%j is answered on stdout", (args, text) => {
  const { code, out, err } = run(args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain(text);
});

test.each<[args: string[], text: string]>([
  [[], "Usage: otel-audit"],
  [["collector"], "Usage: otel-audit collector"],
  [["collecter"], "unknown command 'collecter'"],
  [["collector", "prepair"], "unknown command 'prepair'"],
  [["collector", "prepare", "--dir", "x"], "unknown option '--dir'"],
  [["collector", "prepare", "--directory"], "argument missing"],
  [["collector", "prepare", "x"], "too many arguments"],
  [["collector", "prepare"], "no directory: pass --directory or set AUDIT_COLLECTOR_DIR"],
])("%j is wrong usage, said on stderr", (args, text) => {
  const { code, out, err } = run(args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(text);
});

test("prepares the directory of the option, else of the environment", () => {
  const option = join(temporaryDirectory(), "option");
  const environment = join(temporaryDirectory(), "environment");
  const env = { AUDIT_COLLECTOR_DIR: environment };
  const first = run(["collector", "prepare", "--directory", option], env);
  expect(first).toEqual({
    code: 0,
    out: `wrote the header of ${join(option, "audit.csv")}\n${option} is ready\n`,
    err: "",
  });
  expect(existsSync(environment)).toBe(false);
  expect(run(["collector", "prepare"], env).code).toBe(0);
  expect(existsSync(join(environment, "audit.csv"))).toBe(true);
});

test.each(["a foreign header", "a file in the way"])("%s exits with 3 and one line", (what) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "audit.csv"), "time,who\n");
  const { code, out, err } = run([
    "collector",
    "prepare",
    "-d",
    what === "a foreign header" ? directory : join(directory, "audit.csv", "deeper"),
  ]);
  expect({ code, out }).toEqual({ code: 3, out: "" });
  expect(err).toMatch(/^otel-audit: .*audit\.csv.*\n$/);
});
