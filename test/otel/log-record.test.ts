import { JsonLogsSerializer } from "@opentelemetry/otlp-transformer";
import { expect, test } from "vitest";
import { fromLogRecord, toLogRecord, toResource } from "../../src/otel/index.ts";
import { fullRecord } from "../support/records.ts";

test("the OTLP form has the event name, whole milliseconds, flat attributes and a body map", () => {
  const log = toLogRecord(fullRecord, toResource({ "service.name": "trainer" }));
  const bytes = JsonLogsSerializer.serializeRequest([log]);
  const request = JSON.parse(Buffer.from(bytes ?? []).toString()) as {
    resourceLogs: [
      { resource: unknown; scopeLogs: [{ scope: unknown; logRecords: [Record<string, unknown>] }] },
    ];
  };
  const [
    {
      resource,
      scopeLogs: [
        {
          scope,
          logRecords: [record],
        },
      ],
    },
  ] = request.resourceLogs;
  expect(resource).toMatchObject({
    attributes: [{ key: "service.name", value: { stringValue: "trainer" } }],
  });
  expect(scope).toMatchObject({ name: "otel-audit" });
  expect(record).toMatchObject({
    timeUnixNano: "1779892200123000000",
    eventName: "audit.hp_change",
    traceId: fullRecord.traceId,
    spanId: fullRecord.spanId,
  });
  expect(record["severityNumber"] ?? 0).toBe(0);
  expect(JSON.stringify(record["attributes"])).not.toContain("kvlistValue");
  expect(JSON.stringify(record["body"])).toContain("kvlistValue");
});

test("there and back is the same record", () => {
  const { service: _service, ...record } = fullRecord;
  expect(fromLogRecord(toLogRecord(fullRecord, toResource({})))).toEqual(record);
});
