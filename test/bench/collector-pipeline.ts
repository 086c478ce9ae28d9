/** A Collector with a backend behind it, for benchmarks: started, asked, ended. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type RunningCollector, startCollector } from "../collector/collector-process.ts";
import { startVictoriaLogs } from "../collector/victoria-logs-process.ts";

/** A pipeline that runs. */
export interface Pipeline extends Pick<RunningCollector, "httpEndpoint" | "grpcEndpoint"> {
  /** Resolves when the backend, the last sink, took so many records. */
  readonly delivered: (records: number) => Promise<void>;
  /** The most memory that the Collector had resident, bytes. */
  readonly peakBytes: () => number;
  readonly end: () => Promise<void>;
}

const POLL_MILLIS = 50;

/** Starts one with its files below a directory. */
export async function startPipeline(
  directory: string,
  overlays: readonly string[] = [],
): Promise<Pipeline> {
  const backend = await startVictoriaLogs(join(directory, "backend"));
  const collector = await startCollector({
    dir: join(directory, "collector"),
    overlays: ["overlays/otlp.yaml", ...overlays],
    env: { AUDIT_OTLP_BACKEND: backend.endpoint },
  });
  const { pid, httpEndpoint, grpcEndpoint, metricsUrl } = collector;
  return {
    httpEndpoint,
    grpcEndpoint,
    async delivered(records) {
      while ((await sentToBackend(metricsUrl)) < records) await delay(POLL_MILLIS);
    },
    peakBytes: () => {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
    },
    end: async () => {
      await collector.stop();
      await backend.stop();
    },
  };
}

async function sentToBackend(url: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const sent = /^otelcol_exporter_sent_log_records\S*\{[^}]*exporter="otlp_http\/[^}]*\} (\S+)$/m;
  return Number(sent.exec(text)?.[1] ?? 0);
}
