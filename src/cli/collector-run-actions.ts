import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import {
  buildCollector,
  builtCollector,
  COLLECTOR_CONFIG,
  configOfText,
  loadConfigFiles,
  prepareCollectorDirectory,
  runProgram,
  validateConfig,
} from "../collector/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/files.ts";
import { cacheDirectory } from "./cache-directory.ts";
import { collectorRunsAlready, lockCollectorDirectory } from "./collector-lock.ts";
import {
  type NewFile,
  OUR_CONFIGURATION,
  policyInForce,
  type PolicyInForce,
} from "./collector-run-policy.ts";
import type { Lines } from "./lines.ts";
import { findRedactionPolicy } from "./redaction-policy.ts";
import { quoted } from "./shell-text.ts";

/** Options of `otel-audit collector run`. */
export interface RunOptions {
  readonly config?: string;
  readonly overlay: readonly string[];
  /** The redaction policy; else AUDIT_REDACTION_FILE, else ./redaction.yaml if it is there. */
  readonly policy?: string;
  /** Codes of findings that do not keep it from starting. */
  readonly ignore: readonly string[];
  readonly directory?: string;
  readonly binary?: string;
  readonly dryRun?: true;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where config.yaml puts the files while AUDIT_COLLECTOR_DIR is unset. */
const DEFAULT_DIRECTORY = "/var/lib/otel-audit";
const DEFAULT_HEALTH = "127.0.0.1:13133";
/** Names of Collectors that have every component of config.yaml. */
const BINARIES = ["otelcol-audit", "otelcol-contrib"];
const FORWARDED: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGINT"];
/** Shells add it to the number of the signal that ended a program. */
const SIGNAL_EXIT = 128;
/** A Collector that runs answers at once. */
const HEALTH_MILLIS = 2000;

/** Where `otel-audit collector build` puts the Collector. */
function collectorCache(env: Environment): string {
  const cache = cacheDirectory(env);
  if (cache !== undefined) return cache;
  throw new AuditError(
    "invalid_option",
    "this user has no home, and XDG_CACHE_HOME names no absolute path: give collector build a directory with --cache, or collector run a Collector with --binary",
  );
}

/** Builds our Collector, prints the path of its binary. @throws {AuditError} `program_failed`. */
export async function buildOurs(
  cache: string | undefined,
  env: Environment,
  { print, warn }: Lines,
): Promise<void> {
  print(await buildCollector({ cache: resolve(cache ?? collectorCache(env)), env, log: warn }));
}

/**
 * Prepares, checks, and runs a Collector until it ends.
 *
 * @returns its exit code; 128 and the number of the signal that ended it.
 * @throws {AuditError} `invalid_option`, `directory_unusable`, `unreadable`, `program_failed`.
 */
export async function runCollector(
  options: RunOptions,
  env: Environment,
  { print, warn }: Lines,
): Promise<number> {
  const binary = findBinary(options.binary, env);
  const directory = resolve(options.directory ?? (env["AUDIT_COLLECTOR_DIR"] || DEFAULT_DIRECTORY));
  const policy = findRedactionPolicy(
    options.policy ?? (env["AUDIT_REDACTION_FILE"] || undefined),
    warn,
  );
  const inForce = policyInForce(configurationFiles(options), policy, directory);
  const variables = { ...env, AUDIT_COLLECTOR_DIR: directory };
  const args = inForce.files.flatMap((file) => ["--config", file]);
  warn(inForce.line);
  if (options.dryRun === true) {
    const words = [binary, ...args].map((word) => (/[^\w./-]/.test(word) ? quoted(word) : word));
    print([`AUDIT_COLLECTOR_DIR=${quoted(directory)}`, ...words].join(" "));
    return 0;
  }
  await refuseSecond(env["AUDIT_HEALTH_ENDPOINT"] || DEFAULT_HEALTH);
  check(inForce, options.ignore, variables, warn);
  const lock = lockCollectorDirectory(directory);
  try {
    const { done, warnings } = prepareCollectorDirectory(directory);
    for (const line of [...done, ...warnings]) warn(line);
    if (inForce.overlay !== undefined) write(inForce.overlay);
    await runProgram(binary, ["validate", ...args], { cwd: ".", env: variables, log: () => {} });
    return await runToEnd(spawn(binary, args, { env: variables, stdio: "inherit" }), binary);
  } finally {
    lock.release();
  }
}

/** Says what the configuration does to audit records. @throws {AuditError} where it loses or leaks them. */
function check(
  { files, overlay }: PolicyInForce,
  ignore: readonly string[],
  env: Environment,
  warn: (line: string) => void,
): void {
  // The overlay is not on disk before the directory is ours alone.
  const loaded = files.flatMap((file) =>
    file === overlay?.path ? [configOfText(overlay.text, file)] : loadConfigFiles([file]),
  );
  const findings = validateConfig(loaded, { pipelines: [], ignore, env });
  for (const { file, line, column, severity, code, component, message } of findings) {
    warn(`${file}:${line}:${column} ${severity} ${code} ${component}: ${message}`);
  }
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const codes = [...new Set(errors.map(({ code }) => code))].map((code) => `--ignore ${code}`);
  throw new AuditError(
    "invalid_option",
    "the configuration loses or leaks audit records; otel-audit collector validate says what to write instead, " +
      `${codes.join(" ")} starts it all the same`,
  );
}

function write({ path, text }: NewFile): void {
  try {
    replaceFile(path, [text]);
  } catch (error) {
    throw new AuditError("unreadable", `cannot write ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The repair of files must not meet a Collector that writes them. */
async function refuseSecond(endpoint: string): Promise<void> {
  const answer = await fetch(`http://${endpoint}/`, {
    signal: AbortSignal.timeout(HEALTH_MILLIS),
  }).catch(() => undefined);
  await answer?.body?.cancel();
  if (answer !== undefined) throw collectorRunsAlready(`answers at ${endpoint}`);
}

function runToEnd(child: ChildProcess, binary: string): Promise<number> {
  // A terminal sends Ctrl-C to both: a second one would tell the Collector to hurry.
  const own = FORWARDED.filter((signal) => signal !== "SIGINT" || !process.stdin.isTTY);
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  const ignore = (): void => {};
  for (const signal of FORWARDED) process.on(signal, own.includes(signal) ? forward : ignore);
  return new Promise<number>((settle, reject) => {
    child.on("error", (error) => {
      reject(
        new AuditError("program_failed", `${binary} could not be started: ${error.message}`, {
          cause: error,
        }),
      );
    });
    child.on("close", (code, signal) => {
      settle(code ?? SIGNAL_EXIT + (signal === null ? 0 : osConstants.signals[signal]));
    });
  }).finally(() => {
    for (const signal of FORWARDED) process.off(signal, own.includes(signal) ? forward : ignore);
  });
}

function findBinary(named: string | undefined, env: Environment): string {
  if (named !== undefined) {
    if (isProgram(named)) return resolve(named);
    throw new AuditError("invalid_option", `--binary ${named}: there is no program by that name`);
  }
  const found = (env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((directory) => BINARIES.map((name) => join(directory, name)))
    .find(isProgram);
  const binary = found ?? builtCollector({ cache: collectorCache(env) });
  if (binary !== undefined) return binary;
  throw new AuditError(
    "program_failed",
    `there is no Collector: put ${BINARIES.join(" or ")} on PATH, name one with --binary, or build ours with ` +
      "otel-audit collector build (needs Go)",
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The configuration and its overlays as files; an overlay may be named as ours are. */
function configurationFiles({ config, overlay }: RunOptions): readonly string[] {
  const folder = join(COLLECTOR_CONFIG, "overlays");
  const file = (named: string): string => {
    const ours = join(folder, `${named}.yaml`);
    if (basename(named) === named && existsSync(ours)) return ours;
    if (existsSync(named)) return resolve(named);
    throw new AuditError(
      "invalid_option",
      `--overlay ${named}: there is no such file, and ours are ${overlayNames(folder).join(", ")}`,
    );
  };
  const first = config ?? OUR_CONFIGURATION;
  if (!existsSync(first)) {
    throw new AuditError("invalid_option", `--config ${first}: there is no such file`);
  }
  return [resolve(first), ...overlay.map(file)];
}

function overlayNames(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .toSorted();
}
