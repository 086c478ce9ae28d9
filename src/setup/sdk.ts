import { createRequire } from "node:module";
import {
  envDetector,
  hostDetector,
  osDetector,
  serviceInstanceIdDetector,
} from "@opentelemetry/resources";
import type { SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";
import { createSpanRedactingProcessor, type Redactor } from "../redact/index.ts";
import { spanExporters } from "./options.ts";

const require = createRequire(import.meta.url);

/** A processor that exports nothing: spans exist, so that records have trace ids. */
const NO_EXPORT: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

/**
 * Starts `@opentelemetry/sdk-node` with `instrumentation-grpc`, for applications that have no
 * OpenTelemetry of their own. Its spans are redacted before any exporter sees them. Spans are
 * exported only where an OTEL_* variable names an exporter; metrics and logs stay off.
 */
export function startSdk(redactor: Redactor, report: (line: string) => void): void {
  const { NodeSDK } =
    require("@opentelemetry/sdk-node") as typeof import("@opentelemetry/sdk-node");
  const { GrpcInstrumentation } =
    require("@opentelemetry/instrumentation-grpc") as typeof import("@opentelemetry/instrumentation-grpc");
  const exporting = spanExporters().flatMap((name) => processorsFor(name, report));
  const spanProcessors = (exporting.length === 0 ? [NO_EXPORT] : exporting).map((processor) =>
    createSpanRedactingProcessor(processor, redactor),
  );
  const sdk = new NodeSDK({
    instrumentations: [new GrpcInstrumentation()],
    spanProcessors,
    metricReaders: [],
    logRecordProcessors: [],
    // Without the process detector: it puts the command line, and with it secrets, into the resource.
    resourceDetectors: [envDetector, hostDetector, osDetector, serviceInstanceIdDetector],
  });
  sdk.start();
  // The event loop is empty: the last spans go out before the process ends.
  process.once("beforeExit", () => void sdk.shutdown().catch(() => {}));
}

function processorsFor(name: string, report: (line: string) => void): readonly SpanProcessor[] {
  const { BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor } =
    require("@opentelemetry/sdk-trace") as typeof import("@opentelemetry/sdk-trace");
  if (name === "console") return [new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })];
  const exporter = otlpExporter(name);
  if (exporter !== undefined) return [new BatchSpanProcessor({ exporter })];
  report(`spans are not exported: ${JSON.stringify(name)} is none of otlp, console, none`);
  return [];
}

/** The exporters read their own OTEL_EXPORTER_OTLP_* variables. */
function otlpExporter(name: string): SpanExporter | undefined {
  switch (name) {
    case "otlp/http/json": {
      const { OTLPTraceExporter } =
        require("@opentelemetry/exporter-trace-otlp-http") as typeof import("@opentelemetry/exporter-trace-otlp-http");
      return new OTLPTraceExporter();
    }
    case "otlp/http/protobuf": {
      const { OTLPTraceExporter } =
        require("@opentelemetry/exporter-trace-otlp-proto") as typeof import("@opentelemetry/exporter-trace-otlp-proto");
      return new OTLPTraceExporter();
    }
    case "otlp/grpc": {
      const { OTLPTraceExporter } =
        require("@opentelemetry/exporter-trace-otlp-grpc") as typeof import("@opentelemetry/exporter-trace-otlp-grpc");
      return new OTLPTraceExporter();
    }
    default:
      return undefined;
  }
}
