import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildCollector, collectorBinaryIfBuilt } from "../../collector-config/build/build.ts";
import { prepareCollectorDirectory } from "../../src/collector/index.ts";
import { eventually, freePorts, type Server, startServer } from "./child-process.ts";

/** Where config.yaml and the overlays are. */
export const CONFIG_DIR: string = fileURLToPath(new URL("../../collector-config", import.meta.url));

/** A build from nothing takes minutes on two cores. */
export const BUILD_TIMEOUT_MILLIS = 900_000;

/** Why tests with a real Collector cannot run here, or undefined when they can, or must (AUDIT_REQUIRE=go). */
export function whyNoCollector(): string | undefined {
  if ((process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("go")) return undefined;
  if (collectorBinaryIfBuilt() !== undefined) return undefined;
  if (spawnSync("go", ["version"]).status === 0) return undefined;
  return "SKIPPED, NOT TESTED: there is no built Collector and no `go` on PATH to build one";
}

export interface CollectorOptions {
  /** AUDIT_COLLECTOR_DIR: where its files go. */
  readonly dir: string;
  /** Path of another configuration in the place of config.yaml. */
  readonly config?: string;
  /** Overlays on it: names in collector-config/, or absolute paths. */
  readonly overlays?: readonly string[];
  /** More variables, over the defaults here. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A Collector that is ready. */
export interface RunningCollector extends Server {
  /** Base URL of OTLP over HTTP; /v1/logs is not part of it. */
  readonly httpEndpoint: string;
  /** host:port of OTLP over gRPC. */
  readonly grpcEndpoint: string;
  /** host:port of the spool's inner side, OTLP over gRPC. */
  readonly spoolEndpoint: string;
  /** The Collector's own metrics, in the text form of Prometheus. */
  readonly metricsUrl: string;
  readonly dir: string;
  readonly csvFile: string;
  readonly jsonFile: string;
  /** What claims to be an audit record and has no id or no seal. */
  readonly unprovenFile: string;
  /** Resolves when no request waits in any queue: every sink has what was accepted. */
  readonly drained: (timeoutMillis?: number) => Promise<void>;
}

/** Starts our Collector on free ports, building it first if need be. The CSV header is there before. */
export async function startCollector(options: CollectorOptions): Promise<RunningCollector> {
  const { dir, config = "config.yaml", overlays = [], env = {} } = options;
  const binary = await buildCollector();
  prepareCollectorDirectory(dir);
  const [grpc, http, health, metrics, spool] = await freePorts(5);
  const variables = {
    AUDIT_COLLECTOR_DIR: dir,
    AUDIT_OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpc}`,
    AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${http}`,
    AUDIT_HEALTH_ENDPOINT: `127.0.0.1:${health}`,
    AUDIT_METRICS_PORT: String(metrics),
    AUDIT_SPOOL_ENDPOINT: `127.0.0.1:${spool}`,
    ...env,
  };
  const configs = [config, ...overlays].flatMap((file) => [
    "--config",
    path.resolve(CONFIG_DIR, file),
  ]);
  const server = await startServer(binary, configs, {
    env: variables,
    healthUrl: `http://${variables.AUDIT_HEALTH_ENDPOINT}/`,
  });
  const metricsUrl = `http://127.0.0.1:${variables.AUDIT_METRICS_PORT}/metrics`;
  return {
    ...server,
    httpEndpoint: `http://${variables.AUDIT_OTLP_HTTP_ENDPOINT}`,
    grpcEndpoint: variables.AUDIT_OTLP_GRPC_ENDPOINT,
    spoolEndpoint: variables.AUDIT_SPOOL_ENDPOINT,
    metricsUrl,
    dir,
    csvFile: path.join(dir, "audit.csv"),
    jsonFile: path.join(dir, "audit.jsonl"),
    unprovenFile: path.join(dir, "unproven.jsonl"),
    drained: async (timeoutMillis) => {
      await eventually(
        async () => ((await waiting(metricsUrl)) === 0 ? true : undefined),
        timeoutMillis,
      );
    },
  };
}

/** Requests in the queues of all exporters, those in flight among them. */
async function waiting(metricsUrl: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const sizes = [...text.matchAll(/^otelcol_exporter_queue_size\{.*\} (\S+)$/gm)];
  if (sizes.length === 0) throw new Error(`no queue in the metrics of the Collector:\n${text}`);
  return sizes.reduce((sum, [, size]) => sum + Number(size), 0);
}
