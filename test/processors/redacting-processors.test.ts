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
import type { LogRecord } from "@opentelemetry/api";
import {
  createRedactingLogProcessor,
  createRedactingSpanProcessor,
  redact,
  type RedactingOptions,
} from "otel-audit/processors";
import { describe, expect, test } from "vitest";

/** What an exporter gets of log records, and what it gets without us. */
function logged(
  records: readonly LogRecord[],
  options?: RedactingOptions,
): { readonly attributes: unknown; readonly body: unknown }[] {
  const exporter = new InMemoryLogRecordExporter();
  const redacting = options === undefined ? [] : [createRedactingLogProcessor(options)];
  const provider = new LoggerProvider({
    processors: [...redacting, new SimpleLogRecordProcessor({ exporter })],
  });
  for (const record of records) provider.getLogger("app").emit(record);
  return exporter.getFinishedLogRecords().map(({ attributes, body }) => ({ attributes, body }));
}

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

test("what hides in a body that is no plain JSON is found too", () => {
  const [log] = logged(
    [
      {
        body: {
          err: new Error("password=hunter2 of jane@x.org"),
          map: new Map([["password", "hunter2"]]),
          set: new Set(["jane@x.org"]),
        },
      },
    ],
    {},
  );
  expect(JSON.stringify(log?.body)).not.toMatch(/hunter2|jane/);
  expect(JSON.stringify(log?.body)).toContain("****");
});

test.each<[name: string, record: LogRecord]>([
  ["a text", { body: "started on port 8080" }],
  ["an empty text", { body: "" }],
  ["a number", { body: 42 }],
  ["a boolean", { body: false }],
  ["null", { body: null }],
  ["bytes", { body: new Uint8Array([1, 2]) }],
  ["a list", { body: ["a", 1, { b: null }] }],
  ["a map", { body: { a: new Uint8Array([1]), b: [1, null], c: { d: 1.5 } } }],
  [
    "no body, and attributes of every kind",
    {
      attributes: {
        nan: Number.NaN,
        numbers: [1, 2],
        booleans: [true, false],
        map: { a: { b: 1 } },
        bytes: new Uint8Array([1, 2]),
        empty: [],
        text: "x",
      },
    },
  ],
])("a log record that has nothing to hide leaves as it came: %s", (_name, record) => {
  expect(logged([record], {})).toEqual(logged([record]));
});

test.each<[name: string, body: LogRecord["body"], expected: unknown]>([
  ["a text", "password=hunter2hunter2", "password=****"],
  ["a list", ["password=hunter2hunter2", 1], ["password=****", 1]],
])("%s stays one, without its secrets", (_name, body, expected) => {
  expect(logged([{ body }], {})).toEqual([
    { attributes: { "audit.redaction.rules": ["key:password"] }, body: expected },
  ]);
});

describe("what a policy drops is not there", () => {
  const DROP: RedactingOptions = {
    redaction: {
      version: 1,
      identity: "drop",
      keys: [{ names: ["customer_*"], action: "drop" }],
      values: [{ name: "codename", regex: "bluebird", action: "drop" }],
    },
  };
  const attributes = {
    customer_id: "c-1",
    note: "for bluebird",
    list: ["bluebird", "b"],
    "client.address": "192.0.2.1",
    "client.port": 4711,
    kept: 1,
  };
  const maps = { customer_map: { a: 1 }, map: { customer_id: "c-1", k: 2 } };
  const LEFT = { list: ["b"], kept: 1 };

  test("in log records", () => {
    const [map, text] = logged(
      [
        { attributes: { ...attributes, ...maps }, body: { customer_id: "c-1", ok: 1 } },
        { body: "for bluebird" },
      ],
      DROP,
    );
    expect(map?.body).toEqual({ ok: 1 });
    expect(map?.attributes).toEqual({
      ...LEFT,
      map: { k: 2 },
      "audit.redaction.rules": ["name:customer_*", "value:codename"],
    });
    expect(text?.body).toBeUndefined();
  });

  test("in spans, their events and links", () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({
      spanProcessors: [createRedactingSpanProcessor(new SimpleSpanProcessor({ exporter }), DROP)],
    });
    const context = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 };
    const span = provider
      .getTracer("app")
      .startSpan("x", { attributes, links: [{ context, attributes }] });
    span.addEvent("e", attributes);
    span.end();
    const [found] = exporter.getFinishedSpans();
    expect(found?.attributes).toEqual(LEFT);
    expect(found?.events[0]?.attributes).toEqual(LEFT);
    expect(found?.links[0]?.attributes).toEqual(LEFT);
  });
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
