/**
 * Metrics of the service for Prometheus to scrape; those of its audit trail come with them. Preloaded:
 * `node --import ./telemetry.ts server.ts`.
 *
 * METRICS_PORT: default 9464.
 */
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { NodeSDK } from "@opentelemetry/sdk-node";

const port = Number(process.env["METRICS_PORT"] ?? "9464");
const sdk = new NodeSDK({
  serviceName: "inventory",
  metricReaders: [new PrometheusExporter({ host: "127.0.0.1", port })],
  spanProcessors: [],
  logRecordProcessors: [],
});
sdk.start();

process.once("SIGTERM", () => void sdk.shutdown());
