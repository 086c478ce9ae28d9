/**
 * What both demos have around them: the arguments, the output directory, the end.
 *
 * In: the demo as a function. Out: an exit code, and no program that still runs: 0 done, 1 failed,
 * 2 wrong usage, 128 plus its number after a signal.
 */
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { prepareOutputDirectory } from "./output-directory.ts";
import { ROOT } from "./paths.ts";
import { createPrograms, type Programs } from "./programs.ts";

const DEFAULT_OUTPUT = join(ROOT, "demo-output");
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a demo gets. */
export interface Stage {
  readonly programs: Programs;
  /** Absolute path of the output directory; empty but for our marker. */
  readonly output: string;
}

/** How a demo is called and what it says about itself. */
export interface DemoUsage {
  readonly command: string;
  readonly summary: string;
}

/** Runs a demo to its end and sets the exit code of the process. */
export async function runDemo(
  usage: DemoUsage,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const output = outputFrom(usage);
  if (output === undefined) return;
  const given = givenUp();
  const programs = createPrograms(given.signal);
  try {
    prepareOutputDirectory(output);
    await Promise.race([play({ programs, output }), given.up]);
  } catch (error) {
    process.exitCode = given.exitCode();
    // Nothing more to say to a reader who has gone.
    if (!isBrokenPipe(error)) process.stderr.write(`demo: ${messageOf(error)}\n`);
  } finally {
    await programs.endAll();
  }
  // What a demo that was given up still waits for must not keep the process.
  if (given.signal.aborted) process.exit();
}

/** The output directory, or undefined when there is nothing to run. */
function outputFrom({ command, summary }: DemoUsage): string | undefined {
  const help = `Usage: ${command} [--output DIR]

${summary}

  --output DIR   where everything is written; default ./demo-output in the repository.
                 Emptied first, but only if it is empty or was made by a demo
  -h, --help     this text
`;
  try {
    const { values } = parseArgs({
      options: { output: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help !== true) return resolve(values.output ?? DEFAULT_OUTPUT);
    process.stdout.write(help);
  } catch (error) {
    process.exitCode = 2;
    process.stderr.write(`demo: ${messageOf(error)}\n\n${help}`);
  }
  return undefined;
}

interface GivenUp {
  readonly signal: AbortSignal;
  /** Rejects when the demo is given up: by a signal, or because nobody reads its output. */
  readonly up: Promise<never>;
  readonly exitCode: () => number;
}

function givenUp(): GivenUp {
  const controller = new AbortController();
  let exitCode = 1;
  const { promise, reject } = Promise.withResolvers<never>();
  // It is raced against the demo; this one is for a rejection after the race.
  promise.catch(() => undefined);
  const giveUp = (reason: Error): void => {
    controller.abort(reason);
    reject(reason);
  };
  for (const name of SIGNALS) {
    process.on(name, () => {
      exitCode = 128 + constants.signals[name];
      giveUp(new Error(`${name}: ending what was started`));
    });
  }
  process.stdout.on("error", giveUp);
  return { signal: controller.signal, up: promise, exitCode: () => exitCode };
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

/** The text of whatever was thrown. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
