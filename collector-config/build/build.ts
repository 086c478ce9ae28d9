#!/usr/bin/env node
/**
 * Builds the Collector of this project, the VictoriaLogs server that its tests write to, and the promtool that
 * checks the alerts of examples/monitoring.
 *
 * In: the manifest and the kept go.mod and go.sum beside this file. Out: one binary below
 * `<repository>/.cache/<name>-<hash of those inputs>/`; what is there already is not built again.
 * A binary appears there by one rename of its directory, so a killed build and two builds at the
 * same time never leave a half one.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BuildError, codeOf, messageOf, requireGo, runCommand, WANTED_GO } from "./go.ts";

/** Where a build says what it does. */
export interface BuildOptions {
  /** Gets one line at a time. Default: standard error. */
  readonly log?: (line: string) => void;
}

/** Builds the Collector if it is not there yet; gives the path of its binary. @throws {BuildError} */
export function buildCollector(options: BuildOptions = {}): Promise<string> {
  return build(COLLECTOR, options);
}

/** Builds VictoriaLogs if it is not there yet; gives the path of its binary. @throws {BuildError} */
export function buildVictoriaLogs(options: BuildOptions = {}): Promise<string> {
  return build(VICTORIA_LOGS, options);
}

/** Builds promtool if it is not there yet; gives the path of its binary. @throws {BuildError} */
export function buildPromtool(options: BuildOptions = {}): Promise<string> {
  return build(PROMTOOL, options);
}

/** The path of the Collector's binary if these sources were built before, else undefined. Builds nothing. */
export function collectorBinaryIfBuilt(): string | undefined {
  return ifBuilt(COLLECTOR);
}

/** The same for VictoriaLogs. */
export function victoriaLogsBinaryIfBuilt(): string | undefined {
  return ifBuilt(VICTORIA_LOGS);
}

/** The same for promtool. */
export function promtoolBinaryIfBuilt(): string | undefined {
  return ifBuilt(PROMTOOL);
}

const HERE = path.dirname(fileURLToPath(import.meta.url));
const CACHE = path.resolve(HERE, "../../.cache");
/** What is left of a killed build is swept away by the next one, but not a build that may still run. */
const STALE_STAGING_MILLIS = 24 * 60 * 60 * 1000;

/** The kept go.sum decides: nothing is added. No C compiler, no path of this machine in the binary. */
const BUILD_FLAGS = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
const BUILD_ENV: Readonly<Record<string, string>> = { CGO_ENABLED: "0", GOWORK: "off" };

interface Recipe {
  readonly name: string;
  readonly binary: string;
  /** Files below this directory; exactly these are copied, hashed and built. */
  readonly inputs: readonly string[];
  /** Builds in the staging directory; puts the binary at `output`. */
  readonly compile: (run: RunBelow, staging: string, output: string) => Promise<void>;
}

/** Runs a program in the staging directory, or in one below it. */
type RunBelow = (command: string, args: readonly string[], below?: string) => Promise<void>;

const COLLECTOR: Recipe = {
  name: "collector",
  binary: "otelcol-audit",
  inputs: [
    "manifest.yaml",
    "go.mod",
    "go.sum",
    "builder/go.mod",
    "builder/go.sum",
    "textencoding/go.mod",
    ...goSources("textencoding"),
  ],
  compile: async (run, staging, output) => {
    const builder = path.join(staging, "collector-builder");
    await run(
      "go",
      ["build", ...BUILD_FLAGS, "-o", builder, "go.opentelemetry.io/collector/cmd/builder"],
      "builder",
    );
    // The builder only writes main.go: its own `go mod tidy` asks for test modules that mirrors may lack.
    await run(builder, ["--config", "manifest.yaml", "--skip-get-modules", "--skip-compilation"]);
    await run("go", ["build", ...BUILD_FLAGS, "-tags=grpcnotrace", "-o", output, "."]);
  },
};

const VICTORIA_LOGS: Recipe = {
  name: "victoria-logs",
  binary: "victoria-logs",
  inputs: ["victoria-logs/go.mod", "victoria-logs/go.sum"],
  compile: (run, _staging, output) =>
    run(
      "go",
      [
        "build",
        ...BUILD_FLAGS,
        "-o",
        output,
        "github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-logs",
      ],
      "victoria-logs",
    ),
};

const PROMTOOL: Recipe = {
  name: "promtool",
  binary: "promtool",
  inputs: ["promtool/go.mod", "promtool/go.sum"],
  compile: (run, _staging, output) =>
    run(
      "go",
      [
        "build",
        ...BUILD_FLAGS,
        // Checking rules discovers no services: without the clients of all clouds it builds in half the time.
        "-tags=remove_all_sd",
        "-o",
        output,
        "github.com/prometheus/prometheus/cmd/promtool",
      ],
      "promtool",
    ),
};

/** Callers in the same process share one build. */
const running = new Map<Recipe, Promise<string>>();

function build(recipe: Recipe, options: BuildOptions): Promise<string> {
  const existing = running.get(recipe);
  if (existing !== undefined) return existing;
  const started = buildOnce(recipe, options.log ?? logToStandardError).finally(() => {
    running.delete(recipe);
  });
  running.set(recipe, started);
  return started;
}

async function buildOnce(recipe: Recipe, log: (line: string) => void): Promise<string> {
  const built = ifBuilt(recipe);
  if (built !== undefined) return built;
  await requireGo(HERE);
  const staging = path.join(CACHE, `.building-${recipe.name}-${randomBytes(6).toString("hex")}`);
  const started = Date.now();
  log(`building ${recipe.name} (the first time takes minutes)`);
  try {
    await mkdir(path.join(staging, "out"), { recursive: true });
    await sweepStaleStaging();
    for (const input of recipe.inputs) await cp(path.join(HERE, input), path.join(staging, input));
    const run: RunBelow = (command, args, below = ".") =>
      runCommand(command, args, { cwd: path.join(staging, below), env: BUILD_ENV, log });
    await recipe.compile(run, staging, path.join(staging, "out", recipe.binary));
    await publish(path.join(staging, "out"), path.dirname(pathOf(recipe)));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  log(`built ${recipe.name} in ${Math.round((Date.now() - started) / 1000)} s`);
  return pathOf(recipe);
}

/** One rename. Who comes second finds the same binary there already and keeps that. */
async function publish(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") throw error;
    if (!existsSync(to)) throw error;
  }
}

async function sweepStaleStaging(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    if (!name.startsWith(".building-")) continue;
    const directory = path.join(CACHE, name);
    const info = await stat(directory).catch(() => undefined);
    if (info === undefined || Date.now() - info.mtimeMs < STALE_STAGING_MILLIS) continue;
    await rm(directory, { recursive: true, force: true });
  }
}

function ifBuilt(recipe: Recipe): string | undefined {
  const binary = pathOf(recipe);
  return existsSync(binary) ? binary : undefined;
}

function pathOf(recipe: Recipe): string {
  return path.join(CACHE, `${recipe.name}-${hashOf(recipe)}`, recipe.binary);
}

/** Over names and bytes of all inputs, the flags and the platform: what could change the binary. */
function hashOf(recipe: Recipe): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([process.platform, process.arch, BUILD_FLAGS, BUILD_ENV]));
  for (const input of recipe.inputs) {
    const bytes = readFileSync(path.join(HERE, input));
    hash.update(`\n${input} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

function goSources(directory: string): readonly string[] {
  const files = readdirSync(path.join(HERE, directory)).toSorted();
  return files
    .filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"))
    .map((file) => `${directory}/${file}`);
}

function logToStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

const HELP = `Usage: node collector-config/build/build.ts [collector|victoria-logs|promtool|all]

Builds into .cache/ unless it is there already, and prints the path of the binary as the last line
(one line each with "all", the first two). Progress goes to standard error. Default: collector.
Needs ${WANTED_GO} on PATH, and a Go module proxy the first time.

  -h, --help   this text
`;

const TARGETS: Readonly<Record<string, readonly (() => Promise<string>)[]>> = {
  collector: [buildCollector],
  "victoria-logs": [buildVictoriaLogs],
  promtool: [buildPromtool],
  all: [buildCollector, buildVictoriaLogs],
};

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: { type: "boolean", short: "h" } },
    allowPositionals: true,
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  const [name = "collector", ...rest] = positionals;
  const target = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (target === undefined || rest.length > 0) {
    throw new BuildError(`unknown target ${[name, ...rest].join(" ")}\n\n${HELP}`);
  }
  // After each other: each build alone keeps every core busy.
  for (const buildTarget of target) process.stdout.write(`${await buildTarget()}\n`);
}

function isMain(): boolean {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url);
}

if (isMain()) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`otel-audit: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
