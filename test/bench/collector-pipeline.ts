/** A Collector with a backend behind it, for benchmarks: started, asked, ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { builtModule } from "./built-module.ts";

/** A pipeline that runs. */
export interface Pipeline {
  /** OTLP over HTTP, base URL. */
  readonly endpoint: string;
  /** `host:port` of OTLP over gRPC. */
  readonly grpcEndpoint: string;
  /** Resolves when the backend, the last sink, took so many records and nothing waits. */
  readonly delivered: (records: number) => Promise<void>;
  /** The most memory that the Collector had resident, bytes. */
  readonly peakBytes: () => number;
  readonly end: () => Promise<void>;
}

const CONFIG = join(import.meta.dirname, "../../collector-config");
const POLL_MILLIS = 50;
const READY_MILLIS = 60_000;

/** Starts one with its files below a directory. */
export async function startPipeline(
  directory: string,
  overlays: readonly string[] = [],
): Promise<Pipeline> {
  const [grpc, http, health, metrics, spool, backend] = await freePorts(6);
  const files = join(directory, "collector");
  mkdirSync(directory, { recursive: true });
  const { prepareCollectorDirectory } =
    await builtModule<typeof import("../../src/collector/index.ts")>("collector/index");
  prepareCollectorDirectory(files);
  const server = spawn(
    await buildVictoriaLogs(),
    [
      `-httpListenAddr=127.0.0.1:${backend}`,
      `-storageDataPath=${join(directory, "backend")}`,
      "-retentionPeriod=100y",
      "-futureRetention=100y",
    ],
    { stdio: "ignore" },
  );
  await answering(`http://127.0.0.1:${backend}/health`);
  const configs = ["config.yaml", "overlays/otlp.yaml"].map((file) => join(CONFIG, file));
  const collector = spawn(
    await buildCollector(),
    [...configs, ...overlays].flatMap((file) => ["--config", file]),
    {
      stdio: "ignore",
      env: {
        ...process.env,
        AUDIT_COLLECTOR_DIR: files,
        AUDIT_OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpc}`,
        AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${http}`,
        AUDIT_HEALTH_ENDPOINT: `127.0.0.1:${health}`,
        AUDIT_METRICS_PORT: String(metrics),
        AUDIT_SPOOL_ENDPOINT: `127.0.0.1:${spool}`,
        AUDIT_OTLP_BACKEND: `http://127.0.0.1:${backend}/insert/opentelemetry`,
      },
    },
  );
  await answering(`http://127.0.0.1:${health}/`);
  return {
    endpoint: `http://127.0.0.1:${http}`,
    grpcEndpoint: `127.0.0.1:${grpc}`,
    async delivered(records) {
      while ((await sentToBackend(`http://127.0.0.1:${metrics}/metrics`)) < records)
        await delay(POLL_MILLIS);
    },
    peakBytes: () => {
      const status = readFileSync(`/proc/${collector.pid}/status`, "utf8");
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
    },
    end: async () => {
      await ended(collector);
      await ended(server);
    },
  };
}

async function sentToBackend(url: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const sent = /^otelcol_exporter_sent_log_records\S*\{[^}]*exporter="otlp_http\/[^}]*\} (\S+)$/m;
  return Number(sent.exec(text)?.[1] ?? 0);
}

async function answering(url: string): Promise<void> {
  const deadline = AbortSignal.timeout(READY_MILLIS);
  while ((await fetch(url).catch(() => undefined))?.ok !== true) {
    deadline.throwIfAborted();
    await delay(POLL_MILLIS);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

/** Ports that are free now. */
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
