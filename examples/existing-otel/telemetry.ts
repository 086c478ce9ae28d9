/**
 * The application's own OpenTelemetry, as it was before there was an audit trail. Preloaded:
 * `node --import ./telemetry.ts server.ts`. The exporters read OTEL_EXPORTER_OTLP_ENDPOINT.
 */
import { register } from "node:module";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { GrpcInstrumentation } from "@opentelemetry/instrumentation-grpc";
import { SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { SimpleSpanProcessor } from "@opentelemetry/sdk-trace";

// As OpenTelemetry asks for where modules are imported, not required.
register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);

const sdk = new NodeSDK({
  serviceName: "inventory",
  instrumentations: [new GrpcInstrumentation()],
  spanProcessors: [new SimpleSpanProcessor({ exporter: new OTLPTraceExporter() })],
  logRecordProcessors: [new SimpleLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
sdk.start();

process.once("SIGTERM", () => void sdk.shutdown());
