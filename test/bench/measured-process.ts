import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";

/** What a program used from its start to its end. */
export interface OwnUsage {
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuMicros: number;
  /** The most memory that was resident at one time. */
  readonly peakBytes: number;
}

/** A program that has run. */
export interface MeasuredRun extends OwnUsage {
  readonly stdout: string;
}

/** Descriptor that the program tells its usage on. */
export const USAGE_DESCRIPTOR = 3;
const PRELOAD = join(import.meta.dirname, "programs/tell-usage.ts");

/**
 * Runs a program of Node to its end.
 *
 * @param args the program's file and its arguments.
 * @throws {Error} where it fails, as a rejection.
 */
export async function runMeasured(args: readonly string[]): Promise<MeasuredRun> {
  const child = spawn(process.execPath, ["--import", PRELOAD, ...args], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const { stdout: printed } = child;
  const told = child.stdio[USAGE_DESCRIPTOR] as Readable;
  if (printed === null) throw new Error("no stdout");
  const [stdout, usage, [code, signal]] = await Promise.all([
    text(printed),
    text(told),
    once(child, "close") as Promise<[number | null, string | null]>,
  ]);
  if (code !== 0)
    throw new Error(`${args.join(" ")} ended with ${signal ?? code}: ${stdout.slice(0, 2000)}`);
  return { ...(JSON.parse(usage) as OwnUsage), stdout };
}
