/** Parts for those who own their providers. */
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import {
  createRedactingLogProcessor,
  createRedactingSpanProcessor,
  redact,
} from "otel-audit/processors";
import { expect, test } from "vitest";

test("log records of every scope leave without secrets", () => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    processors: [createRedactingLogProcessor(), new SimpleLogRecordProcessor({ exporter })],
  });
  provider.getLogger("app").emit({
    body: { password: "hunter2hunter2", n: 1 },
    attributes: { note: "token=hunter2hunter2", kept: "x" },
  });
  const [log] = exporter.getFinishedLogRecords();
  expect(log?.body).toEqual({ password: "****", n: 1 });
  expect(log?.attributes).toMatchObject({ note: "token=****", kept: "x" });
});

test("spans leave without secrets", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    spanProcessors: [createRedactingSpanProcessor(new SimpleSpanProcessor({ exporter }))],
  });
  provider
    .getTracer("app")
    .startSpan("x", { attributes: { password: "hunter2hunter2" } })
    .end();
  expect(exporter.getFinishedSpans()[0]?.attributes).toEqual({ password: "****" });
});

const circular: Record<string, unknown> = { password: "hunter2hunter2" };
circular["self"] = circular;

test.each<[name: string, value: unknown, expected: unknown]>([
  ["a text", "password=hunter2hunter2", "password=****"],
  ["a map", { password: "hunter2hunter2", n: 1n }, { password: "****", n: "1" }],
  ["a list", [new Date(0), "x"], ["1970-01-01T00:00:00.000Z", "x"]],
  ["null", null, null],
  ["undefined", undefined, undefined],
  ["a function", () => {}, undefined],
])("redact of %s", (_name, value, expected) => {
  expect(redact(value)).toEqual(expected);
});

test("redact ends with cycles, and leaves its argument alone", () => {
  expect(redact(circular)).toMatchObject({ password: "****" });
  expect(circular["password"]).toBe("hunter2hunter2");
});
