/** All endings with an OpenTelemetry SDK and its gRPC instrumentation, in either order of patching. */
import { createRequire } from "node:module";
import { GrpcInstrumentation } from "@opentelemetry/instrumentation-grpc";
import { SpanKind } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import { afterAll, expect } from "vitest";
import type { GrpcCopy } from "../support/grpc-service.ts";
import { testEndings } from "./check-endings.ts";

const require = createRequire(import.meta.url);

/** Tests where `first` patches grpc-js before the other. */
export function testInstrumented(first: "instrumentation" | "audit"): void {
  const started: ReadableSpan[] = [];
  const spans: SpanProcessor = {
    onStart: (span) => void started.push(span),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const instrumentation = new GrpcInstrumentation();
  const sdk = new NodeSDK({
    instrumentations: first === "instrumentation" ? [instrumentation] : [],
    spanProcessors: [spans],
    metricReaders: [],
    logRecordProcessors: [],
    resourceDetectors: [],
  });
  if (first === "audit") instrumentation.disable();
  sdk.start();
  afterAll(() => sdk.shutdown());
  const grpc = require("@grpc/grpc-js") as GrpcCopy;
  let isLate = first === "audit";

  testEndings(
    grpc,
    ([record]) => {
      const server = started.filter(
        ({ kind, attributes }) =>
          kind === SpanKind.SERVER &&
          attributes["audit.call.id"] === record?.attributes["audit.call.id"],
      );
      expect(
        server.map((span) => ({
          traceId: span.spanContext().traceId,
          spanId: span.spanContext().spanId,
        })),
      ).toEqual([{ traceId: record?.traceId, spanId: record?.spanId }]);
      started.length = 0;
    },
    {
      losesTrailers: isLate,
      start() {
        if (!isLate) return;
        isLate = false;
        instrumentation.enable();
        void (require("@grpc/grpc-js") as unknown);
      },
    },
  );
}
