import { z } from "zod";
import { buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { freePorts, type Server, startServer } from "./child-process.ts";

/** A VictoriaLogs server that is ready: a real backend that takes OTLP. */
export interface RunningVictoriaLogs extends Server {
  /** Base URL for OTLP over HTTP (AUDIT_OTLP_BACKEND). */
  readonly endpoint: string;
  /** The rows of a LogsQL query; each value is text. What was taken before the call is visible to it. */
  readonly query: (logsql: string) => Promise<readonly Readonly<Record<string, string>>[]>;
}

/** Starts VictoriaLogs with its data in `dir`, building it first if need be. */
export async function startVictoriaLogs(
  dir: string,
  options: { readonly port?: number; readonly args?: readonly string[] } = {},
): Promise<RunningVictoriaLogs> {
  const binary = await buildVictoriaLogs();
  const port = options.port ?? (await freePorts(1))[0];
  const base = `http://127.0.0.1:${port}`;
  // The default retention of 7 days drops every older record without an error to the sender.
  const args = [
    `-httpListenAddr=127.0.0.1:${port}`,
    `-storageDataPath=${dir}`,
    "-retentionPeriod=100y",
    "-futureRetention=100y",
    ...(options.args ?? []),
  ];
  const server = await startServer(binary, args, { healthUrl: `${base}/health` });
  return {
    ...server,
    endpoint: `${base}/insert/opentelemetry`,
    query: (logsql) => query(base, logsql),
  };
}

async function query(base: string, logsql: string): Promise<readonly Record<string, string>[]> {
  await textOf(`${base}/internal/force_flush`);
  const text = await textOf(`${base}/select/logsql/query?query=${encodeURIComponent(logsql)}`);
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => z.record(z.string(), z.string()).parse(JSON.parse(line)));
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return text;
}
