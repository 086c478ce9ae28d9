/**
 * The real Collector with the configuration of this repository, and VictoriaLogs behind it, on free
 * ports of 127.0.0.1.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { ROOT, shownPath } from "./paths.ts";
import { neutralEnvironment, type Program, type Programs } from "./programs.ts";
import { print } from "./show.ts";

/** One question whether a server is ready. */
const ANSWER_LIMIT_MILLIS = 2_000;

/** The pipeline, ready. */
export interface CollectorPipeline {
  /** Base URL of OTLP over HTTP (AUDIT_OTLP_ENDPOINT). */
  readonly endpoint: string;
  /** Every record, a line for each request. */
  readonly jsonFile: string;
  /** The results. */
  readonly csvFile: string;
  /** Base URL of VictoriaLogs. */
  readonly backendUrl: string;
  /** Ends the Collector, then VictoriaLogs. @throws Error if one of them does not end well. */
  readonly end: () => Promise<void>;
}

/**
 * Builds what is not built yet, and starts both.
 *
 * @throws BuildError (its text says what is missing, for example Go), or what kept one from starting.
 */
export async function startCollectorPipeline(
  programs: Programs,
  output: string,
): Promise<CollectorPipeline> {
  const log = (line: string): void => print(`  ${line}`);
  const collectorBinary = await buildCollector({ log });
  const victoriaLogsBinary = await buildVictoriaLogs({ log });
  programs.signal.throwIfAborted();
  print(`Collector    ${shownPath(collectorBinary)}`);
  print(`VictoriaLogs ${shownPath(victoriaLogsBinary)}`);
  const directory = join(output, "collector");
  await prepare(directory, programs.signal);
  const ports = await freePorts(6);
  const [backendPort = 0, ...collectorPorts] = ports;
  const backendUrl = `http://127.0.0.1:${backendPort}`;
  const backend = await startVictoriaLogs(programs, output, victoriaLogsBinary, backendUrl);
  const collector = await startCollector(programs, {
    binary: collectorBinary,
    output,
    directory,
    ports: collectorPorts,
    backendUrl,
  });
  return {
    endpoint: `http://127.0.0.1:${collectorPorts[0] ?? 0}`,
    jsonFile: join(directory, "audit.jsonl"),
    csvFile: join(directory, "audit.csv"),
    backendUrl,
    async end() {
      await endWell("the Collector", collector);
      await endWell("VictoriaLogs", backend);
    },
  };
}

/** The folders and the CSV header, by the command that an operator would use. */
async function prepare(directory: string, signal: AbortSignal): Promise<void> {
  const args = ["dist/cli/main.js", "collector", "prepare", "--directory", directory];
  print("otel-audit collector prepare:");
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: neutralEnvironment(),
    signal,
  });
  for (const line of stdout.trimEnd().split("\n")) print(`  ${line}`);
}

function startVictoriaLogs(
  programs: Programs,
  output: string,
  binary: string,
  url: string,
): Promise<Program> {
  const directory = join(output, "victoria-logs");
  mkdirSync(directory, { mode: 0o700 });
  return programs.start(binary, {
    name: "VictoriaLogs",
    args: [`-httpListenAddr=${new URL(url).host}`, `-storageDataPath=${directory}`],
    cwd: ROOT,
    env: {},
    logFile: join(output, "victoria-logs.log"),
    isReady: () => answers(`${url}/health`, programs.signal),
  });
}

interface CollectorOptions {
  readonly binary: string;
  readonly output: string;
  /** AUDIT_COLLECTOR_DIR. */
  readonly directory: string;
  /** For OTLP over HTTP, OTLP over gRPC, health, metrics and the inner side of the spool. */
  readonly ports: readonly number[];
  readonly backendUrl: string;
}

function startCollector(programs: Programs, options: CollectorOptions): Promise<Program> {
  const { binary, output, directory, ports, backendUrl } = options;
  const [http = 0, grpc = 0, health = 0, metrics = 0, spool = 0] = ports;
  const configs = ["config.yaml", "overlays/otlp.yaml"].map((file) => `collector-config/${file}`);
  return programs.start(binary, {
    name: "the Collector",
    args: configs.flatMap((file) => ["--config", file]),
    cwd: ROOT,
    env: {
      AUDIT_COLLECTOR_DIR: directory,
      AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${http}`,
      AUDIT_OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpc}`,
      AUDIT_HEALTH_ENDPOINT: `127.0.0.1:${health}`,
      AUDIT_METRICS_PORT: String(metrics),
      AUDIT_SPOOL_ENDPOINT: `127.0.0.1:${spool}`,
      AUDIT_OTLP_BACKEND: `${backendUrl}/insert/opentelemetry`,
    },
    logFile: join(output, "collector.log"),
    isReady: () => answers(`http://127.0.0.1:${health}/`, programs.signal),
  });
}

async function endWell(name: string, program: Program): Promise<void> {
  const code = await program.end();
  if (code !== 0) throw new Error(`${name} ended with ${code} after SIGTERM, not 0`);
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MILLIS)]);
    const response = await fetch(url, { signal: limit });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

/** Different ports of 127.0.0.1 that nobody listens on at the moment. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
