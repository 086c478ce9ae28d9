/**
 * The programs that a demo starts. Each writes into a log file, each is waited for until it is
 * ready, and none outlives the demo.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { waitUntil } from "./wait-until.ts";

/** Programs get this long to finish what they began; the training service takes at most 5 s. */
const END_LIMIT_MILLIS = 30_000;
/** Lines of a log that an error repeats. */
const SHOWN_LINES = 15;

/** A program that was ready. */
export interface Program {
  /** Both outputs so far. */
  readonly output: () => string;
  /** SIGTERM, and the exit code when it has ended; null if a signal ended it. */
  readonly end: () => Promise<number | null>;
}

/** How to start a program. */
export interface ProgramOptions {
  /** As it is called in messages. */
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Both outputs go there. */
  readonly logFile: string;
  /** Whether it is ready, asked with its output so far. */
  readonly isReady: (output: string) => boolean | Promise<boolean>;
}

/** All programs of one demo. */
export interface Programs {
  /** Starts one and waits until it is ready. @throws Error with the end of its log if it is not. */
  readonly start: (file: string, options: ProgramOptions) => Promise<Program>;
  /** Ends what still runs, the last one first. Nothing can be started any more. */
  readonly endAll: () => Promise<void>;
  /** Aborted when the demo is given up. */
  readonly signal: AbortSignal;
}

/** No program yet. `signal`: what waits for programs stops waiting. */
export function createPrograms(signal: AbortSignal): Programs {
  const running = new Map<ChildProcess, () => Promise<number | null>>();
  let isOver = false;

  async function start(file: string, options: ProgramOptions): Promise<Program> {
    if (isOver) throw new Error(`${options.name} is not started: the demo is over`);
    const child = spawnInto(file, options);
    const end = endOf(child);
    running.set(child, end.now);
    void end.ended.then(() => running.delete(child));
    const output = (): string => readFileSync(options.logFile, "utf8");
    const refuse = (why: string, cause?: unknown): Error =>
      new Error(`${options.name} ${why}:\n${lastLines(output())}`, { cause });
    await waitUntil(
      `${options.name} was ready (its log: ${options.logFile})`,
      async () => {
        const failure = end.failure();
        if (failure !== undefined) throw refuse("could not be started", failure);
        if (hasEnded(child)) throw refuse("ended before it was ready");
        return (await options.isReady(output())) || undefined;
      },
      { signal },
    );
    return { output, end: end.now };
  }

  return {
    start,
    signal,
    async endAll() {
      isOver = true;
      for (const end of [...running.values()].toReversed()) await end();
    },
  };
}

/** The environment without what would change a demo: own audit and OpenTelemetry settings, colours in logs. */
export function neutralEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(?:(?:AUDIT|OTEL)_|FORCE_COLOR$)/.test(name)
      ? []
      : [[name, value] as const],
  );
  return Object.fromEntries(kept);
}

function spawnInto(file: string, { args, cwd, env, logFile }: ProgramOptions): ChildProcess {
  const log = openSync(logFile, "a", 0o600);
  try {
    return spawn(file, [...args], {
      cwd,
      env: { ...neutralEnvironment(), ...env },
      stdio: ["ignore", log, log],
    });
  } finally {
    closeSync(log);
  }
}

interface End {
  /** Never rejects: a program that could not be started has ended too. */
  readonly ended: Promise<void>;
  readonly now: () => Promise<number | null>;
  /** Why it could not be started. */
  readonly failure: () => Error | undefined;
}

function endOf(child: ChildProcess): End {
  let failure: Error | undefined;
  const ended = once(child, "exit").then(
    () => undefined,
    (error: Error) => {
      failure = error;
    },
  );
  return {
    ended,
    failure: () => failure,
    async now() {
      if (!hasEnded(child) && failure === undefined) {
        child.kill("SIGTERM");
        const kill = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MILLIS);
        await ended;
        clearTimeout(kill);
      }
      return child.exitCode;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
}
