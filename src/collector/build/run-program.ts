/** Running Go: the version that a build needs, and errors in plain words. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { AuditError, messageOf } from "../../lib/errors.ts";

const MIN_GO = { major: 1, minor: 26 } as const;
/** The Go that the kept go.mod files ask for. */
export const WANTED_GO: string = `Go ${MIN_GO.major}.${MIN_GO.minor} or newer`;
/** Lines of a program's output that an error repeats. */
const SHOWN_LINES = 15;

/** @throws {AuditError} `program_failed` when there is no `go` on PATH or an old one. */
export async function requireGo(options: Omit<ProgramOptions, "log">): Promise<void> {
  const lines: string[] = [];
  try {
    await runProgram("go", ["env", "GOVERSION"], { ...options, log: (line) => lines.push(line) });
  } catch (error) {
    throw new AuditError(
      "program_failed",
      `building needs ${WANTED_GO} on PATH (install it, or put its bin directory there): ${messageOf(error)}`,
      { cause: error },
    );
  }
  const found = /go(\d+)\.(\d+)/.exec(lines.join("\n"));
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  if (major > MIN_GO.major || (major === MIN_GO.major && minor >= MIN_GO.minor)) return;
  throw new AuditError(
    "program_failed",
    `building needs ${WANTED_GO} on PATH, found ${lines.join(" ")}: install a newer one, or allow the toolchain switch with GOTOOLCHAIN=auto`,
  );
}

/** Where a program runs, and who hears it. */
export interface ProgramOptions {
  readonly cwd: string;
  /** All of its variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets every line of both outputs. */
  readonly log: (line: string) => void;
}

/**
 * Runs a program to its end.
 *
 * @throws {AuditError} `program_failed` with its last lines, when it fails or cannot be started.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env, log }: ProgramOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        last.push(line);
        if (last.length > SHOWN_LINES) last.shift();
        log(line);
      });
    }
    child.on("error", (error) => {
      reject(
        new AuditError("program_failed", `${command} could not be started: ${error.message}`, {
          cause: error,
        }),
      );
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new AuditError(
            "program_failed",
            `${command} ${args[0] ?? ""} failed (${code ?? signal}):\n${last.join("\n")}`,
          ),
        );
    });
  });
}
