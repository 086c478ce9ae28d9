import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { expect, test } from "vitest";
import { createOtlpSender } from "../../src/deliver/index.ts";
import { toLogRecord, toResource } from "../../src/otel/index.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { fullRecord } from "../support/records.ts";

test("what is sent equals what the official exporter sends, byte for byte", async () => {
  const sink = await startOtlpSink();
  const url = `${sink.url}/v1/logs`;
  const records = [toLogRecord(fullRecord, toResource({ "service.name": "trainer" }))];
  const sender = createOtlpSender({ url, headers: {}, protocol: "http/json" });
  expect(await sender.send(records)).toEqual({ kind: "delivered" });
  const official = new OTLPLogExporter({ url });
  await new Promise<void>((resolve) => official.export(records, () => resolve()));
  await Promise.all([sender.close(), official.shutdown()]);
  const [ours, theirs] = sink.requests();
  expect(ours?.body).toBe(theirs?.body);
  expect(ours?.headers["content-type"]).toBe(theirs?.headers["content-type"]);
});

test("protobuf is sent as protobuf", async () => {
  const sink = await startOtlpSink();
  const sender = createOtlpSender({
    url: `${sink.url}/v1/logs`,
    headers: {},
    protocol: "http/protobuf",
  });
  sink.answer = () => ({ status: 200, body: "" });
  const result = await sender.send([toLogRecord(fullRecord, toResource({}))]);
  await sender.close();
  expect(result).toEqual({ kind: "delivered" });
  expect(sink.requests()[0]?.headers["content-type"]).toBe("application/x-protobuf");
  expect(sink.requests()[0]?.body).toContain("audit.hp_change");
});

test.each(["http/json", "http/protobuf", "grpc"] as const)(
  "a record that cannot be serialised is refused, not thrown: %s",
  async (protocol) => {
    const good = toLogRecord(fullRecord, toResource({}));
    const bad = Object.defineProperty({ ...good }, "body", {
      get() {
        throw new Error("odd");
      },
    });
    const sender = createOtlpSender({ url: "http://127.0.0.1:9", headers: {}, protocol });
    const result = await sender.send([bad]);
    await sender.close();
    expect(result).toEqual({
      kind: "refused",
      message: "it cannot be made OTLP: odd",
      isTooLarge: false,
    });
  },
);
