/** Programs that answer the questions of the benchmark of reading. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { COMMAND } from "../support/command-line.ts";
import { type OwnUsage, runMeasured } from "./measured-process.ts";
import { type Question, readsInputs } from "./read-questions.ts";

/** What is compared. */
export const READ_WAYS = ["otel-audit", "jq", "duckdb", "pandas"] as const;
/** One of {@link READ_WAYS}. */
export type ReadWay = (typeof READ_WAYS)[number];

/** An answer, and what it took. */
export interface Answer extends Partial<OwnUsage> {
  readonly seconds: number;
  /** Sorted. */
  readonly lines: readonly string[];
}

const PROGRAMS = join(import.meta.dirname, "programs");

/** Asks one program. @throws {Error} as a rejection where it fails. */
export async function ask(
  way: ReadWay,
  question: Question,
  { file, python }: { readonly file: string; readonly python: string },
): Promise<Answer> {
  switch (way) {
    case "otel-audit": {
      const run = await runMeasured([COMMAND, ...question.ours, "--trail", file]);
      return { ...run, lines: sorted(run.stdout, 1) };
    }
    case "jq":
      return runProgram("jq", [...(readsInputs(question) ? ["-nr"] : ["-r"]), question.jq, file]);
    case "duckdb":
      return runProgram(python, [join(PROGRAMS, "ask-duckdb.py"), file, question.sql]);
    default:
      return runProgram(python, [join(PROGRAMS, "ask-pandas.py"), file, question.pandas]);
  }
}

/** Milliseconds from the start of a process to the first byte that it prints. */
export async function firstOutputMillis(command: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const millis = performance.now() - started;
  child.stdout.resume();
  await once(child, "close");
  return millis;
}

async function runProgram(command: string, args: readonly string[]): Promise<Answer> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [stdout, [code]] = await Promise.all([
    text(child.stdout),
    once(child, "close") as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
  return { seconds: (performance.now() - started) / 1000, lines: sorted(stdout, 0) };
}

/** @param heading lines that are no answer. */
function sorted(stdout: string, heading: number): readonly string[] {
  return stdout.trimEnd().split("\n").slice(heading).toSorted();
}
