/**
 * Running Go for build.ts: the version it needs, and errors in plain words.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A build that could not be done. The text says what to do about it. */
export class BuildError extends Error {
  override readonly name: string = "BuildError";
}

const MIN_GO = { major: 1, minor: 26 } as const;
/** The Go that the kept go.mod files ask for. */
export const WANTED_GO: string = `Go ${MIN_GO.major}.${MIN_GO.minor} or newer`;
/** Lines of a program's output that an error repeats. */
const SHOWN_LINES = 15;

/** @throws {BuildError} when there is no `go` on PATH or an old one. */
export async function requireGo(cwd: string): Promise<void> {
  const lines: string[] = [];
  try {
    await runCommand("go", ["env", "GOVERSION"], { cwd, log: (line) => lines.push(line) });
  } catch (error) {
    throw new BuildError(
      `building needs ${WANTED_GO} on PATH (install it, or put its bin directory there): ${messageOf(error)}`,
      { cause: error },
    );
  }
  const found = /go(\d+)\.(\d+)/.exec(lines.join("\n"));
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  if (major > MIN_GO.major || (major === MIN_GO.major && minor >= MIN_GO.minor)) return;
  throw new BuildError(
    `building needs ${WANTED_GO} on PATH, found ${lines.join(" ")}: install a newer one, or allow the toolchain switch with GOTOOLCHAIN=auto`,
  );
}

/** Where a program runs, and who hears it. */
export interface CommandOptions {
  readonly cwd: string;
  /** Added to this process's variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets every line of both outputs. */
  readonly log: (line: string) => void;
}

/** Runs a program to its end. @throws {BuildError} with its last lines, when it fails or cannot be started. */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env = {}, log }: CommandOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        last.push(line);
        if (last.length > SHOWN_LINES) last.shift();
        log(line);
      });
    }
    child.on("error", (error) => {
      reject(new BuildError(`${command} could not be started: ${error.message}`, { cause: error }));
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new BuildError(
            `${command} ${args[0] ?? ""} failed (${code ?? signal}):\n${last.join("\n")}`,
          ),
        );
    });
  });
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a system error, else undefined. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
