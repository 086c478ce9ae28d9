import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { COMMAND } from "./command-line.ts";
import { type Ran, runPreparedLater } from "./prepared-command.ts";

/** A command of `otel-audit` that runs while the test goes on, so that servers of the test can answer it. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** What it has said on stderr. */
  readonly said: () => string;
  readonly ended: Promise<Ran>;
}

/** Starts one with nothing of ours in its environment but what is given; it does not outlive the test. */
export function startCommand(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): RunningCommand {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: options.cwd,
    env: { ...inherited(), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, out, err }));
  return { child, said: () => err, ended };
}

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS)/.test(name)),
  );
}

/** Runs one to its end. */
export function runCommand(
  args: readonly string[],
  options: Parameters<typeof startCommand>[1] = {},
): Promise<Ran> {
  return runPreparedLater(args, { ...options, env: { ...inherited(), ...options.env } });
}
