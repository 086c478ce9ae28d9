/** overlays/traces.yaml on the real Collector: what of a span stands in its file. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { buildCollector } from "../../collector-config/build/build.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { eventually, freePorts } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, startCollector, whyNoCollector } from "./collector-process.ts";

const why = whyNoCollector();
if (why !== undefined) process.stderr.write(`\notel-audit: test/collector/traces: ${why}\n\n`);

const SECRET = "hunter2.hunter2";
const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
const SPAN = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  name: `GET /login?sig=x token: Bearer ${SECRET}`,
  kind: 2,
  startTimeUnixNano: "1795331430575000000",
  endTimeUnixNano: "1795331430612000000",
  attributes: [
    text("rpc.method", "trainer.ExperimentService/Login"),
    text("audit.call.id", "Cabcdefghijklmno"),
    text("rpc.request.password", SECRET),
    {
      key: "request",
      value: { kvlistValue: { values: [text("user", "ann"), text("password", SECRET)] } },
    },
    text("otel_audit:status", `forged ${SECRET}`),
  ],
  traceState: `vendor=1,token=${SECRET}`,
  events: [
    {
      timeUnixNano: "1795331430600000000",
      name: `login password=${SECRET}`,
      attributes: [
        text("exception.message", `denied for Bearer ${SECRET}`),
        // A key that ends in a backslash: its quote in JSON text has two before it.
        {
          key: "m",
          value: { kvlistValue: { values: [text("x\\", "y"), text("password", SECRET)] } },
        },
      ],
    },
  ],
  links: [
    {
      traceId: "1af7651916cd43dd8448eb211c80319c",
      spanId: "c7ad6b7169203331",
      traceState: `token=${SECRET}`,
      attributes: [text("password", SECRET)],
    },
    { traceId: "2af7651916cd43dd8448eb211c80319c", spanId: "d7ad6b7169203331" },
  ],
  droppedLinksCount: 1,
  status: { code: 2, message: `denied for Bearer ${SECRET}` },
};

const valueShape = z.record(z.string(), z.unknown());
const attributesShape = z.array(z.object({ key: z.string(), value: valueShape }));
const spanShape = z.object({
  name: z.string(),
  status: z.object({ message: z.string() }),
  attributes: attributesShape,
  traceState: z.string(),
  events: z.array(z.object({ name: z.string(), attributes: attributesShape })),
  links: z.array(z.unknown()).default([]),
  droppedLinksCount: z.number(),
});
const requestShape = z.object({
  resourceSpans: z.array(
    z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanShape) })) }),
  ),
});

function asObject(attributes: z.infer<typeof attributesShape>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

describe.skipIf(why !== undefined)("a span", () => {
  beforeAll(async () => {
    await buildCollector();
  }, BUILD_TIMEOUT_MILLIS);

  test("is masked in its name, status, state, events and attributes, nested ones too, has no links, and waits for its backend", async () => {
    const [port] = await freePorts(1);
    const collector = await startCollector({
      dir: join(temporaryDirectory(), "collector"),
      overlays: ["overlays/traces.yaml"],
      env: { AUDIT_TRACES_BACKEND: `http://127.0.0.1:${port}` },
    });
    const nested = {
      key: "m",
      value: { kvlistValue: { values: [text("password", SECRET)] } },
    };
    const request = {
      resourceSpans: [
        {
          resource: { attributes: [nested] },
          scopeSpans: [{ scope: { name: "x", attributes: [nested] }, spans: [SPAN] }],
        },
      ],
    };
    const response = await fetch(`${collector.httpEndpoint}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    expect(response.status).toBe(200);
    const line = await eventually(async () => {
      const found = await readFile(join(collector.dir, "traces.jsonl"), "utf8").catch(() => "");
      return found.endsWith("\n") ? found : undefined;
    });
    const span = requestShape.parse(JSON.parse(line)).resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(line).not.toContain("hunter2");
    expect(span?.name).toMatch(/^GET \/login\?sig=x .*\*\*\*\*$/);
    expect(span?.status.message).toBe("denied for ****");
    expect(span?.events.map((event) => asObject(event.attributes))).toEqual([
      { "exception.message": "denied for ****", "m.x\\": "y", "m.password": "****" },
    ]);
    expect(span?.events[0]?.name).toBe("login****");
    expect(span?.traceState).toBe("vendor=1****");
    expect(span).toMatchObject({ links: [], droppedLinksCount: 3 });
    expect(asObject(span?.attributes ?? [])).toEqual({
      "rpc.method": "trainer.ExperimentService/Login",
      "audit.call.id": "Cabcdefghijklmno",
      "rpc.request.password": "****",
      "request.user": "ann",
      "request.password": "****",
    });
    // The backend that was not there, here another Collector, has it when it comes.
    const backend = await startCollector({
      dir: join(temporaryDirectory(), "backend"),
      overlays: ["overlays/traces.yaml"],
      env: { AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${port}` },
    });
    await eventually(async () => {
      const found = await readFile(join(backend.dir, "traces.jsonl"), "utf8").catch(() => "");
      return found.includes(SPAN.spanId) ? true : undefined;
    });
    await collector.stop();
    await backend.stop();
  });
});
