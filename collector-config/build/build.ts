#!/usr/bin/env node
/**
 * Builds the Collector of this project and the programs that its tests and benchmarks stand beside: VictoriaLogs,
 * promtool, otel-desktop-viewer, telemetrygen. Fetches the jars of the Kafka broker of the tests.
 *
 * In: the manifest and the kept go.mod and go.sum beside this file, kafka/pom.xml. Out: one binary below
 * `<repository>/.cache/<name>-<hash of those inputs>/`; what is there already is not built again.
 * A binary appears there by one rename of its directory, so a killed build and two builds at the
 * same time never leave a half one.
 */
import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  BUILD_FLAGS,
  buildCollector as buildIn,
  buildGoProgram,
  builtCollector,
  builtGoProgram,
  type ProgramOptions,
  type Recipe,
  runProgram,
  WANTED_GO,
} from "../../src/collector/index.ts";
import { AuditError, messageOf } from "../../src/lib/errors.ts";

/** Where a build says what it does. */
interface Log {
  /** Gets one line at a time. Default: standard error. */
  readonly log?: (line: string) => void;
}

const HERE = path.dirname(fileURLToPath(import.meta.url));
const CACHE = path.resolve(HERE, "../../.cache");

/** Builds the Collector if it is not there yet; gives the path of its binary. @throws {AuditError} */
export function buildCollector({ log = logToStandardError }: Log = {}): Promise<string> {
  return buildIn({ cache: CACHE, env: process.env, log });
}

/** Builds VictoriaLogs if it is not there yet; gives the path of its binary. @throws {AuditError} */
export function buildVictoriaLogs(options: Log = {}): Promise<string> {
  return build(VICTORIA_LOGS, options);
}

/** Builds promtool if it is not there yet; gives the path of its binary. @throws {AuditError} */
export function buildPromtool(options: Log = {}): Promise<string> {
  return build(PROMTOOL, options);
}

/** Builds telemetrygen if it is not there yet; gives the path of its binary. @throws {AuditError} */
export function buildTelemetrygen(options: Log = {}): Promise<string> {
  return build(TELEMETRYGEN, options);
}

/** Builds otel-desktop-viewer if it is not there yet; needs a C++ compiler. @throws {AuditError} */
export function buildDesktopViewer(options: Log = {}): Promise<string> {
  return build(DESKTOP_VIEWER, options);
}

/** Fetches Kafka's jars if they are not there yet; gives the path of their directory. @throws {AuditError} */
export function buildKafka(options: Log = {}): Promise<string> {
  return build(KAFKA, options);
}

/** The path of the Collector's binary if these sources were built before, else undefined. Builds nothing. */
export function collectorBinaryIfBuilt(): string | undefined {
  return builtCollector({ cache: CACHE });
}

/** The same for VictoriaLogs. */
export function victoriaLogsBinaryIfBuilt(): string | undefined {
  return builtGoProgram(VICTORIA_LOGS, { sources: HERE, cache: CACHE });
}

/** The same for promtool. */
export function promtoolBinaryIfBuilt(): string | undefined {
  return builtGoProgram(PROMTOOL, { sources: HERE, cache: CACHE });
}

/** The same for otel-desktop-viewer. */
export function desktopViewerBinaryIfBuilt(): string | undefined {
  return builtGoProgram(DESKTOP_VIEWER, { sources: HERE, cache: CACHE });
}

/** The same for Kafka's jars. */
export function kafkaJarsIfBuilt(): string | undefined {
  return builtGoProgram(KAFKA, { sources: HERE, cache: CACHE });
}

function build(recipe: Recipe, { log = logToStandardError }: Log): Promise<string> {
  return buildGoProgram(recipe, { sources: HERE, cache: CACHE, env: process.env, log });
}

/** A program that one `go build` makes, beside a go.mod and a go.sum in a folder of its name. */
function goProgram(
  name: string,
  module: string,
  more: { readonly binary?: string; readonly flags?: readonly string[] } & Pick<Recipe, "env"> = {},
): Recipe {
  const { binary = name, flags = [], ...rest } = more;
  return {
    name,
    binary,
    inputs: [`${name}/go.mod`, `${name}/go.sum`],
    compile: (run, _staging, output) =>
      run("go", ["build", ...BUILD_FLAGS, ...flags, "-o", output, module], name),
    ...rest,
  };
}

const VICTORIA_LOGS: Recipe = goProgram(
  "victoria-logs",
  "github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-logs",
);

const TELEMETRYGEN: Recipe = goProgram(
  "telemetrygen",
  "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen",
);

const PROMTOOL: Recipe = goProgram("promtool", "github.com/prometheus/prometheus/cmd/promtool", {
  // Checking rules discovers no services: without the clients of all clouds it builds in half the time.
  flags: ["-tags=remove_all_sd"],
});

const DESKTOP_VIEWER: Recipe = goProgram(
  "desktop-viewer",
  "github.com/CtrlSpice/otel-desktop-viewer",
  // Its database, DuckDB, comes as a C++ library.
  { binary: "otel-desktop-viewer", env: { CGO_ENABLED: "1" } },
);

const KAFKA: Recipe = {
  name: "kafka",
  binary: "jars",
  require: requireMaven,
  inputs: ["kafka/pom.xml"],
  compile: (run, _staging, output) =>
    run(
      "mvn",
      [
        "--batch-mode",
        "--quiet",
        // A jar that is not what its repository says it is ends the build; Maven would only warn.
        "--strict-checksums",
        "dependency:copy-dependencies",
        `-DoutputDirectory=${output}`,
        "-DincludeScope=runtime",
      ],
      "kafka",
    ),
};

async function requireMaven(options: Omit<ProgramOptions, "log">): Promise<void> {
  try {
    await runProgram("mvn", ["--version"], { ...options, log: () => {} });
  } catch (error) {
    throw new AuditError(
      "program_failed",
      `the Kafka broker of the tests needs Maven on PATH (mvn), and Java 17 or newer: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function logToStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

const HELP = `Usage: node collector-config/build/build.ts [TARGET|all]

Builds into .cache/ unless it is there already, and prints the path of the binary as the last line
(one line each with "all": collector and victoria-logs). Progress goes to standard error.

  collector (default), victoria-logs, promtool, telemetrygen
                   need ${WANTED_GO} on PATH, and a Go module proxy the first time
  desktop-viewer   needs a C++ compiler too
  kafka            needs Maven (mvn) and its repository

  -h, --help   this text
`;

const TARGETS: Readonly<Record<string, readonly (() => Promise<string>)[]>> = {
  collector: [buildCollector],
  "victoria-logs": [buildVictoriaLogs],
  promtool: [buildPromtool],
  "desktop-viewer": [buildDesktopViewer],
  telemetrygen: [buildTelemetrygen],
  kafka: [buildKafka],
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
    throw new Error(`unknown target ${[name, ...rest].join(" ")}\n\n${HELP}`);
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
