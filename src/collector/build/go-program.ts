/**
 * Builds a Go program from kept sources, once.
 *
 * In: a recipe, and the directory with its inputs. Out: one binary below
 * `<cache>/<name>-<hash of those inputs>/`; what is there already is not built again. A binary
 * appears there by one rename of its directory, so a killed build and two builds at the same time
 * never leave a half one.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join, dirname } from "node:path";
import { systemCodeOf } from "../../lib/errors.ts";
import { type ProgramOptions, requireGo, runProgram } from "./run-program.ts";

/** How a program is built. */
export interface Recipe {
  /** Names its directory in the cache. */
  readonly name: string;
  readonly binary: string;
  /** Rejects when what it builds with is not there. Default: a Go that the kept go.mod files ask for. */
  readonly require?: (options: Omit<ProgramOptions, "log">) => Promise<void>;
  /** Files below the directory of sources; exactly these are copied, hashed and built. */
  readonly inputs: readonly string[];
  /** Variables of its build beyond those of every build. */
  readonly env?: Readonly<Record<string, string>>;
  /** Builds in the staging directory; puts the binary at `output`. */
  readonly compile: (run: RunBelow, staging: string, output: string) => Promise<void>;
}

/** Runs a program in the staging directory, or in one below it. */
export type RunBelow = (command: string, args: readonly string[], below?: string) => Promise<void>;

/** Where a recipe finds its inputs, and where its binary goes. */
export interface BuildPlaces {
  readonly sources: string;
  readonly cache: string;
}

/** And with which variables, and who hears of it. */
export interface BuildOptions extends BuildPlaces, Pick<ProgramOptions, "env" | "log"> {}

/** What is left of a killed build is swept away by the next one, but not a build that may still run. */
const STALE_STAGING_MILLIS = 24 * 60 * 60 * 1000;

/** The kept go.sum decides: nothing is added. No path of this machine in the binary. */
export const BUILD_FLAGS: readonly string[] = [
  "-mod=readonly",
  "-trimpath",
  "-buildvcs=false",
  "-ldflags=-s -w",
];
/** No C compiler, unless a recipe says so. */
const BUILD_ENV: Readonly<Record<string, string>> = { CGO_ENABLED: "0", GOWORK: "off" };

/** Callers in the same process share one build. */
const running = new Map<string, Promise<string>>();

/**
 * Builds a program if it is not there yet; gives the path of its binary.
 *
 * @throws {AuditError} `program_failed` as a rejection.
 */
export function buildGoProgram(recipe: Recipe, options: BuildOptions): Promise<string> {
  const binary = binaryOf(recipe, options);
  const existing = running.get(binary);
  if (existing !== undefined) return existing;
  const started = buildOnce(recipe, options, binary).finally(() => {
    running.delete(binary);
  });
  running.set(binary, started);
  return started;
}

/** The path of the binary if these sources were built before, else undefined. Builds nothing. */
export function builtGoProgram(recipe: Recipe, places: BuildPlaces): string | undefined {
  const binary = binaryOf(recipe, places);
  return existsSync(binary) ? binary : undefined;
}

async function buildOnce(
  recipe: Recipe,
  { sources, cache, env, log }: BuildOptions,
  binary: string,
): Promise<string> {
  if (existsSync(binary)) return binary;
  await (recipe.require ?? requireGo)({ cwd: sources, env });
  const staging = join(cache, `.building-${recipe.name}-${randomBytes(6).toString("hex")}`);
  const started = Date.now();
  log(`building ${recipe.name} (the first time takes minutes)`);
  try {
    await mkdir(join(staging, "out"), { recursive: true });
    await sweepStaleStaging(cache);
    for (const input of recipe.inputs) await cp(join(sources, input), join(staging, input));
    const run: RunBelow = (command, args, below = ".") =>
      runProgram(command, args, {
        cwd: join(staging, below),
        env: { ...env, ...BUILD_ENV, ...recipe.env },
        log,
      });
    await recipe.compile(run, staging, join(staging, "out", recipe.binary));
    await publish(join(staging, "out"), dirname(binary));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  log(`built ${recipe.name} in ${Math.round((Date.now() - started) / 1000)} s`);
  return binary;
}

/** One rename. Who comes second finds the same binary there already and keeps that. */
async function publish(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") throw error;
    if (!existsSync(to)) throw error;
  }
}

async function sweepStaleStaging(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(".building-")) continue;
    const directory = join(cache, name);
    const info = await stat(directory).catch(() => undefined);
    if (info === undefined || Date.now() - info.mtimeMs < STALE_STAGING_MILLIS) continue;
    await rm(directory, { recursive: true, force: true });
  }
}

function binaryOf(recipe: Recipe, { sources, cache }: BuildPlaces): string {
  return join(cache, `${recipe.name}-${hashOf(recipe, sources)}`, recipe.binary);
}

/** Over names and bytes of all inputs, the flags and the platform: what could change the binary. */
function hashOf(recipe: Recipe, sources: string): string {
  const hash = createHash("sha256");
  const env = { ...BUILD_ENV, ...recipe.env };
  hash.update(JSON.stringify([process.platform, process.arch, BUILD_FLAGS, env]));
  for (const input of recipe.inputs) {
    const bytes = readFileSync(join(sources, input));
    hash.update(`\n${input} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}
