/** What is told of shipping while a real receiver is down, up again, and refuses a record. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { metrics } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { expect, onTestFinished, test } from "vitest";
import { type Audit, createAudit, type ShippingHealth } from "otel-audit";
import { newId } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { linesIn } from "../support/journal-records.ts";
import { type Collected, ManualReader } from "../support/metric-reader.ts";
import { type OtlpSink, startOtlpSink } from "../support/otlp-sink.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function open(directory: string, endpoint: string): Promise<Audit> {
  const audit = await createAudit({
    directory,
    endpoint,
    format: "journal",
    policy: { version: 1 },
  });
  onTestFinished(() => audit.close());
  return audit;
}

function provide(): ManualReader {
  const reader = new ManualReader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  onTestFinished(() => metrics.disable());
  return reader;
}

/** The shipping thread tells how it stands once a second. */
async function until(
  audit: Audit,
  holds: (shipping: ShippingHealth) => boolean,
): Promise<ShippingHealth> {
  for (;;) {
    const { shipping } = audit.health();
    if (shipping !== undefined && holds(shipping)) return shipping;
    await delay(20);
  }
}

/** A receiver that takes every record but those of that reason. */
function refusePoison(sink: OtlpSink): void {
  sink.answer = (request) => {
    const { body } = sink.requests()[request - 1] ?? { body: "" };
    return { status: body.includes("poison") ? 400 : 200 };
  };
}

const backlogOf = (values: Collected): Record<string, number | undefined> => ({
  shipped: values.get("audit.record.shipped"),
  quarantined: values.get("audit.record.quarantined"),
  records: values.get("audit.backlog.count"),
  bytes: values.get("audit.backlog.size"),
});

test("what waits, what was taken and what was refused is in health and metrics", async () => {
  const reader = provide();
  const sink = await startOtlpSink();
  sink.answer = () => ({ status: 503 });
  const audit = await open(temporaryDirectory(), sink.url);
  for (let at = 0; at < 3; at++) await audit.record({ action: "pause", actor: "ann" });
  // No checkpoint follows until somebody records again.
  await audit.flush();
  const lines = linesIn(audit.directory).length;
  expect(lines).toBeGreaterThan(4);

  const down = await until(
    audit,
    ({ backlogRecords, problem }) => backlogRecords === lines && problem !== undefined,
  );
  expect(down).toMatchObject({ isShipping: true, shipped: 0, lastSuccessMillis: undefined });
  expect(down.problem).toContain("503");
  expect(down.backlogAgeMillis).toBeGreaterThan(0);
  expect(audit.health().state).toBe("green");
  const waiting = await reader.values();
  expect(backlogOf(waiting)).toEqual({
    shipped: 0,
    quarantined: 0,
    records: lines,
    bytes: down.backlogBytes,
  });
  expect(waiting.get("audit.backlog.age")).toBeGreaterThanOrEqual(down.backlogAgeMillis / 1000);
  expect(waiting.has("audit.shipping.last_success")).toBe(false);

  const before = Date.now();
  sink.answer = () => ({ status: 200 });
  const up = await until(audit, ({ backlogRecords }) => backlogRecords === 0);
  expect(up).toMatchObject({
    shipped: lines,
    backlogBytes: 0,
    backlogAgeMillis: 0,
    problem: undefined,
  });
  const taken = await reader.values();
  expect(backlogOf(taken)).toEqual({
    shipped: lines,
    quarantined: 0,
    records: 0,
    bytes: 0,
  });
  expect(taken.get("audit.backlog.age")).toBe(0);
  expect(taken.get("audit.shipping.last_success")).toBeGreaterThanOrEqual(before / 1000);

  refusePoison(sink);
  await audit.record({ action: "pause", actor: "ann", reason: "poison" });
  await audit.record({ action: "pause", actor: "ann" });
  await audit.flush();
  // All but one, which is refused.
  const sent = linesIn(audit.directory).length - 1;
  await until(audit, ({ shipped }) => shipped === sent);
  expect(audit.health()).toMatchObject({
    state: "yellow",
    problems: ["1 record was refused by the receiver and stands in quarantine/"],
    shipping: { quarantined: 1 },
  });
  expect(backlogOf(await reader.values())).toEqual({
    shipped: sent,
    quarantined: 1,
    records: 0,
    bytes: 0,
  });

  await audit.close();
  expect(backlogOf(await reader.values())).toMatchObject({
    shipped: linesIn(audit.directory).length - 1,
    quarantined: 1,
    records: 0,
  });
});

test("journal lines that are no records are passed over, and told", async () => {
  const reader = provide();
  const before = (await reader.values()).get("audit.record.unreadable") ?? 0;
  const sink = await startOtlpSink();
  const directory = temporaryDirectory();
  const stream = newId();
  const folder = join(directory, "journal", stream);
  mkdirSync(folder, { recursive: true });
  const lines = [1, 2].map((at) => encodeJsonLine(resultRecord(stream, at)));
  writeFileSync(join(folder, "1.jsonl"), `${lines.join("\nno record\n")}\n`);
  const audit = await open(directory, sink.url);
  await until(
    audit,
    ({ shipped, backlogRecords }) =>
      shipped === linesIn(directory).length - 1 && backlogRecords === 0,
  );
  expect(audit.health()).toMatchObject({
    state: "yellow",
    problems: ["1 line of the journal is no record and was not shipped"],
    shipping: { unreadable: 1 },
  });
  expect((await reader.values()).get("audit.record.unreadable")).toBe(before + 1);
});

test("one process of a directory ships, the others know nothing of it", async () => {
  const sink = await startOtlpSink();
  const directory = temporaryDirectory();
  const one = await open(directory, sink.url);
  const areAllShipped = ({ shipped }: ShippingHealth): boolean =>
    shipped === linesIn(directory).length;
  await until(one, areAllShipped);
  const two = await open(directory, sink.url);
  await two.record({ action: "pause", actor: "ann" });
  expect(await until(one, areAllShipped)).toMatchObject({ isShipping: true });
  expect(two.health().shipping).toMatchObject({ isShipping: false, shipped: 0, backlogRecords: 0 });
});

test("records that are only in memory are synced when the receiver has them", async () => {
  const reader = provide();
  const sink = await startOtlpSink();
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  const audit = await open(join(file, "audit"), sink.url);
  await audit.record({ action: "pause", actor: "ann" });
  await until(audit, () => audit.health().synced === 2);
  const before = (await reader.values()).get("audit.record.synced") ?? 0;
  await audit.record({ action: "pause", actor: "ann" });
  await until(audit, () => audit.health().synced === 3);
  expect(audit.health()).toMatchObject({
    state: "yellow",
    problems: ["records are only in memory"],
    recorded: 3,
    written: 3,
    synced: 3,
  });
  expect((await reader.values()).get("audit.record.synced")).toBe(before + 1);

  // With no disk to keep it, what is refused is lost: one record all the same, not two.
  refusePoison(sink);
  await audit.record({ action: "pause", actor: "ann", reason: "poison" });
  await until(audit, () => audit.health().lost === 1);
  expect(audit.health()).toMatchObject({ recorded: 4, written: 4, synced: 3, lost: 1 });
});

test("records in memory that no receiver took before the end are lost, and counted", async () => {
  const reader = provide();
  const sink = await startOtlpSink();
  sink.answer = () => ({ status: 503 });
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  const audit = await open(join(file, "audit"), sink.url);
  const before = (await reader.values()).get("audit.record.lost") ?? 0;
  await audit.record({ action: "pause", actor: "ann" }).catch(() => {});
  await audit.close();
  expect(audit.health()).toMatchObject({ recorded: 2, written: 2, synced: 0, lost: 2 });
  expect(audit.health().problems).toContain("2 records were lost");
  expect((await reader.values()).get("audit.record.lost")).toBe(before + 2);
});
