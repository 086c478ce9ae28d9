/** What an application exports is the same with and without an audit trail. */
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { expect, test } from "vitest";
import { recordsIn } from "../support/journal-records.ts";
import { type OtlpSink, startOtlpSink } from "../support/otlp-sink.ts";
import { startProgram } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const example = "examples/existing-otel";
const CALLS = [
  { item_id: "nut", count: 3 },
  { item_id: "nut", count: 30 },
];

interface Attribute {
  readonly key: string;
  readonly value: unknown;
}
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly status: unknown;
  readonly events: readonly unknown[];
}
interface Log {
  readonly traceId: string;
  readonly body: unknown;
  readonly severityText: string;
  readonly attributes: readonly Attribute[];
}
interface Scoped {
  readonly scope: { readonly name: string };
  readonly spans?: readonly Span[];
  readonly logRecords?: readonly Log[];
}
interface Export {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly Scoped[] }[];
  readonly resourceLogs?: readonly { readonly scopeLogs: readonly Scoped[] }[];
}

/** What the application exports itself, is JSON; NodeSDK sends metrics, of which it has none, as protobuf. */
const isJson = ({ headers }: ReturnType<OtlpSink["requests"]>[number]): boolean =>
  headers["content-type"] === "application/json";

function scopedIn(sink: OtlpSink): readonly Scoped[] {
  const requests = sink.requests().filter((request) => isJson(request));
  return requests.flatMap(({ body }) => {
    const { resourceSpans = [], resourceLogs = [] } = JSON.parse(body) as Export;
    return [
      ...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans),
      ...resourceLogs.flatMap(({ scopeLogs }) => scopeLogs),
    ];
  });
}

const spansIn = (sink: OtlpSink): readonly Span[] =>
  scopedIn(sink).flatMap(({ spans = [] }) => spans);

/** Everything that is exported, without what differs between any two runs. */
function comparable(sink: OtlpSink): readonly unknown[] {
  const attributesOf = (list: readonly Attribute[]): unknown =>
    Object.fromEntries(
      list.map(({ key, value }) => [key, /port|peer|address/.test(key) ? "" : value]),
    );
  return scopedIn(sink).map(({ scope, spans = [], logRecords = [] }) => ({
    scope: scope.name,
    spans: spans.map(({ name, kind, attributes, status, events, parentSpanId }) => ({
      name,
      kind,
      status,
      events: events.length,
      hasParent: parentSpanId !== undefined,
      attributes: attributesOf(attributes),
    })),
    logs: logRecords.map(({ body, severityText, attributes, traceId }) => ({
      body,
      severityText,
      hasTrace: traceId !== undefined,
      attributes: attributesOf(attributes),
    })),
  }));
}

/** Runs the example, makes the calls, and ends it. */
async function run(
  nodeArgs: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<OtlpSink> {
  const sink = await startOtlpSink();
  const server = await startProgram(`${example}/server.ts`, {
    nodeArgs: [...nodeArgs, "--import", `./${example}/telemetry.ts`],
    env: { PORT: "0", OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env },
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
  const proto = join(import.meta.dirname, "../..", example, "inventory.proto");
  const loaded = grpc.loadPackageDefinition(loadSync(proto, { keepCase: true })) as unknown as {
    readonly inventory: { readonly Inventory: grpc.ServiceClientConstructor };
  };
  const client = new loaded.inventory.Inventory(server.ready, grpc.credentials.createInsecure());
  for (const [at, request] of CALLS.entries()) {
    const { promise, resolve } = Promise.withResolvers<void>();
    client["Take"]?.(request, () => resolve());
    await promise;
    // One after the other, so that the order of what is exported is the same in each run.
    await sink.until(() => sink.requests().length >= (at + 1) * 3);
  }
  client.close();
  expect(await server.end("SIGTERM")).toBe(0);
  return sink;
}

test("spans and logs are the same; records carry the trace ids", async () => {
  const directory = temporaryDirectory();
  const plain = await run([], { AUDIT_LOG_DIR: "" });
  const audited = await run(["--import", "otel-audit/register"], { AUDIT_LOG_DIR: directory });
  expect(comparable(plain)).toHaveLength(CALLS.length * 3);

  const callIds: unknown[] = [];
  const withoutCallId = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, inner: unknown) => {
      if (key !== "audit.call.id") return inner;
      callIds.push((inner as { stringValue: string }).stringValue);
      return undefined;
    });
  expect(withoutCallId(comparable(audited))).toEqual(withoutCallId(comparable(plain)));

  const serverSpans = spansIn(audited).filter(({ kind }) => kind === 2);
  const records = recordsIn(directory);
  expect(
    records.map(({ traceId, spanId, attributes }) => [
      traceId,
      spanId,
      attributes["rpc.method"],
      attributes["rpc.status_code"],
    ]),
  ).toEqual(
    serverSpans.map(({ traceId, spanId }, at) => [
      traceId,
      spanId,
      "inventory.Inventory/Take",
      at === 0 ? "OK" : "FAILED_PRECONDITION",
    ]),
  );
  expect(callIds).toEqual(records.map(({ attributes }) => attributes["audit.call.id"]));
  // Nothing of the trail went out with the application's own telemetry.
  expect(audited.requests().filter(({ body }) => body.includes("audit.record.id"))).toEqual([]);
  // Except how it is, with the application's metrics.
  const others = (sink: OtlpSink): readonly string[] =>
    sink.requests().flatMap((request) => (isJson(request) ? [] : request.body));
  expect(others(plain)).toEqual([]);
  expect(others(audited)).not.toEqual([]);
  for (const body of others(audited)) expect(body).toContain("audit.health.status");
});
