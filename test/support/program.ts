/** Child processes that run programs of this repository, with the sources as the package. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../..");

/** A running program. */
export interface Program {
  readonly pid: number;
  /** What stood in the brackets of the ready pattern. */
  readonly ready: string;
  /** Both outputs so far. */
  readonly output: () => string;
  /** Resolves when it has ended by itself, or was ended. */
  readonly ended: Promise<unknown>;
  /** Sends a signal and waits for the end; gives the exit code, null after a signal. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** How to run a program. */
export interface ProgramOptions {
  readonly args?: readonly string[];
  /** Options for node, before the file. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program is ready when its output matches. */
  readonly ready: RegExp;
}

/** Starts a program and waits until it says that it is ready. It does not outlive the test. */
export async function startProgram(file: string, options: ProgramOptions): Promise<Program> {
  const { args = [], nodeArgs = [], env = {}, ready } = options;
  const child = spawn(
    process.execPath,
    ["-C", "@otel-audit/source", ...nodeArgs, join(root, file), ...args],
    { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  const closed = once(child, "close");
  onTestFinished(() => void child.kill("SIGKILL"));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const match = ready.exec(output);
      if (match !== null) resolve(match[1] ?? "");
    });
  }
  void closed.then(() => reject(new Error(`${file} ended before it was ready:\n${output}`)));
  return {
    ready: await promise,
    pid: child.pid ?? -1,
    output: () => output,
    ended: closed,
    async end(signal) {
      child.kill(signal);
      await closed;
      return exitCodeOf(child);
    },
  };
}

function exitCodeOf(child: ChildProcess): number | null {
  return child.exitCode;
}

/** Starts the training service with the register hook on a free port; `ready` is its address. */
export function startTrainingService(env: Readonly<Record<string, string>>): Promise<Program> {
  return startProgram("examples/training-service/server.ts", {
    nodeArgs: ["--import", "otel-audit/register"],
    env: {
      PORT: "0",
      AUDIT_POLICY_FILE: join(root, "examples/training-service/audit.yaml"),
      ...env,
    },
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
}
