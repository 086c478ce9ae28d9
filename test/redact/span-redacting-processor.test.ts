import { SpanStatusCode, trace } from "@opentelemetry/api";
import {
  TracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";
import { createRedactor, createSpanRedactingProcessor } from "../../src/redact/index.ts";

function exported(
  act: (tracer: ReturnType<typeof trace.getTracer>) => void,
): ReadableSpan | undefined {
  const exporter = new InMemorySpanExporter();
  const next = new SimpleSpanProcessor({ exporter });
  const provider = new TracerProvider({
    spanProcessors: [createSpanRedactingProcessor(next, createRedactor())],
  });
  act(provider.getTracer("test"));
  return exporter.getFinishedSpans()[0];
}

describe("the redacting span processor", () => {
  it("hands on a span without secrets, and everything else of it", () => {
    const context = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: 1,
    };
    const span = exported((tracer) => {
      const started = tracer.startSpan("GET https://ann:hunter2@h/x", {
        attributes: { "http.request.header.cookie": ["hunter2"], n: 1 },
        links: [{ context, attributes: { token: "hunter2" } }],
      });
      started.recordException(new Error("login failed: password=hunter2"));
      started.setStatus({ code: SpanStatusCode.ERROR, message: "password=hunter2" });
      started.setAttribute("map", '{"secret":"hunter2"}');
      started.end();
    });
    expect(span).toMatchObject({
      name: "GET https://****@h/x",
      status: { code: SpanStatusCode.ERROR, message: "password=****" },
      attributes: { "http.request.header.cookie": "****", n: 1, map: '{"secret":"****"}' },
      links: [{ context, attributes: { token: "****" } }],
      events: [
        { name: "exception", attributes: { "exception.message": "login failed: password=****" } },
      ],
      ended: true,
    });
    expect(JSON.stringify(span?.events)).not.toContain("hunter2");
    expect(span?.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(span?.duration).toHaveLength(2);
    expect(span?.resource.attributes).toBeDefined();
  });

  it("drops the content of a span that cannot be redacted", () => {
    const spans: ReadableSpan[] = [];
    const exporter = new InMemorySpanExporter();
    const next = new SimpleSpanProcessor({ exporter });
    const broken = {
      ...createRedactor(),
      redactText: (): string => {
        throw new Error("broken");
      },
    };
    const provider = new TracerProvider({
      spanProcessors: [createSpanRedactingProcessor(next, broken)],
    });
    provider.getTracer("test").startSpan("password=hunter2").end();
    spans.push(...exporter.getFinishedSpans());
    expect(spans[0]).toMatchObject({ name: "[redaction failed]", attributes: {}, events: [] });
  });
});
