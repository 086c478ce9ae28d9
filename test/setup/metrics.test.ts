/** What the Metrics API is told of audit logs, through the real SDK. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metrics } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Audit, type AuditHealth, createAudit, type JournalSettings } from "otel-audit";
import { healthOf, type ShippingHealth } from "../../src/record/index.ts";
import { reportHealth } from "../../src/setup/metrics.ts";
import { type Collected, ManualReader } from "../support/metric-reader.ts";
import { smallDisk } from "../support/small-disk.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

afterEach(() => metrics.disable());

/** Registers a provider of the SDK as the global one. */
function provide(): ManualReader {
  const reader = new ManualReader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return reader;
}

async function open(
  directory = temporaryDirectory(),
  journal: JournalSettings = {},
): Promise<Audit> {
  const audit = await createAudit({
    directory,
    format: "journal",
    policy: { version: 1 },
    journal,
  });
  onTestFinished(() => audit.close());
  return audit;
}

const pause = (audit: Audit): Promise<unknown> => audit.record({ action: "pause", actor: "ann" });

/** What the counters stand at: those of earlier tests of this process go on. */
let before: Collected = new Map();
beforeEach(async () => {
  const reader = provide();
  const audit = await open();
  await audit.close();
  before = await reader.values();
  metrics.disable();
});

/** The counters that follow from the health of all audit logs since the test began. */
function countersOf(...all: readonly AuditHealth[]): Record<string, number> {
  const sum = (name: string, read: (health: AuditHealth) => number): [string, number] => [
    name,
    all.reduce((total, health) => total + read(health), before.get(name) ?? 0),
  ];
  return Object.fromEntries([
    sum("audit.record.recorded", ({ recorded }) => recorded),
    sum("audit.record.written", ({ written }) => written),
    sum("audit.record.synced", ({ synced }) => synced),
    sum("audit.record.lost", ({ lost }) => lost),
    sum("audit.record.unconfirmed", ({ unconfirmed }) => unconfirmed),
    sum("audit.record.shipped", ({ shipping }) => shipping?.shipped ?? 0),
    sum("audit.record.quarantined", ({ shipping }) => shipping?.quarantined ?? 0),
    sum("audit.record.unreadable", ({ shipping }) => shipping?.unreadable ?? 0),
    sum("audit.call.refused", ({ refused }) => refused),
  ]);
}

const inState = (green: number, yellow = 0, red = 0): Record<string, number> => ({
  "audit.health.status green": green,
  "audit.health.status yellow": yellow,
  "audit.health.status red": red,
});

describe("an audit log", () => {
  test("reports what its health says, collection after collection", async () => {
    const reader = provide();
    const audit = await open();
    for (const count of [1, 3]) {
      for (let at = 0; at < count; at++) await pause(audit);
      expect(Object.fromEntries(await reader.values())).toEqual({
        ...countersOf(audit.health()),
        ...inState(1),
        "audit.call.active": 0,
      });
    }
    expect(audit.health()).toMatchObject({ recorded: 5, written: 5, synced: 5, lost: 0 });
    await audit.around({ action: "pause", actor: "ann" }, async () => {
      expect((await reader.values()).get("audit.call.active")).toBe(1);
    });
  });

  test("reports losses on a full disk, and when they end", async (context) => {
    const disk = smallDisk();
    if (disk === undefined) {
      console.warn(
        "test/setup/metrics.test.ts: SKIPPED, NOT TESTED: mounting a tmpfs needs root on Linux",
      );
      context.skip();
      return;
    }
    const reader = provide();
    // No reserve: what is left when the disk is full is for nobody.
    const audit = await open(join(disk, "audit"), { reserveBytes: 0 });
    const filler = join(disk, "filler");
    try {
      writeFileSync(filler, Buffer.alloc(1 << 20));
    } catch {
      // As full as it gets.
    }
    let events = 0;
    // What is left of the last page takes some records yet.
    for (; audit.health().lost < 3; events++) await pause(audit);
    // Refused; that it was tried is lost as well.
    const change = { action: "role_change", actor: "ann", target: { id: "bob" } } as const;
    await expect(audit.around(change, () => 1)).rejects.toMatchObject({ code: "not_audited" });
    const full = audit.health();
    expect(full).toMatchObject({ state: "red", lost: 4, refused: 1, recorded: events + 2 });
    expect(Object.fromEntries(await reader.values())).toMatchObject({
      ...countersOf(full),
      ...inState(0, 0, 1),
    });

    rmSync(filler);
    await pause(audit);
    const again = audit.health();
    // The gap record is written, but it is none that anybody wanted.
    expect(again).toMatchObject({ state: "yellow", lost: 4, recorded: events + 3 });
    expect(again.written).toBe(again.recorded - 4 + 1);
    expect(Object.fromEntries(await reader.values())).toMatchObject({
      ...countersOf(again),
      ...inState(0, 1),
    });
  });

  test("is seen by a provider that is registered later", async () => {
    const audit = await open();
    const reader = provide();
    // Nothing is recorded: the sync of the start record is enough.
    await audit.flush();
    expect(Object.fromEntries(await reader.values())).toMatchObject(countersOf(audit.health()));
  });

  test("is seen by a provider that is registered when everything is at rest, with the next record or probe", async () => {
    const audit = await open();
    await audit.flush();
    const reader = provide();
    expect(await reader.values()).toEqual(new Map());
    await pause(audit);
    expect((await reader.values()).get("audit.health.status green")).toBe(1);

    metrics.disable();
    const other = provide();
    audit.health();
    expect((await other.values()).get("audit.health.status green")).toBe(1);
    await pause(audit);
    const former = (await reader.values()).get("audit.record.written") ?? 0;
    expect((await other.values()).get("audit.record.written")).toBe(former + 1);
  });

  test("that is closed is in no state, and what it counted stays", async () => {
    const reader = provide();
    const audit = await open();
    await pause(audit);
    await audit.close();
    const closed = audit.health();
    expect(closed).toMatchObject({ state: "red", written: 2, synced: 2 });
    const expected = { ...countersOf(closed), ...inState(0), "audit.call.active": 0 };
    expect(Object.fromEntries(await reader.values())).toEqual(expected);
    expect(Object.fromEntries(await reader.values())).toEqual(expected);

    const next = await open();
    await next.flush();
    expect(Object.fromEntries(await reader.values())).toEqual({
      ...countersOf(closed, next.health()),
      ...inState(1),
      "audit.call.active": 0,
    });
  });

  test("adds to the others of the process", async () => {
    const reader = provide();
    const [one, two] = [await open(), await open()];
    await pause(one);
    await pause(one);
    await pause(two);
    expect(Object.fromEntries(await reader.values())).toEqual({
      ...countersOf(one.health(), two.health()),
      ...inState(2),
      "audit.call.active": 0,
    });
    await one.close();
    expect(Object.fromEntries(await reader.values())).toMatchObject({
      ...countersOf(one.health(), two.health()),
      ...inState(1),
    });
  });
});

const HEALTHY = {
  isClosed: false,
  failing: undefined,
  recorded: 7,
  written: 7,
  synced: 7,
  lost: 0,
  unconfirmed: 0,
  refused: 0,
  openCalls: 0,
} as const;

const SHIPPING: ShippingHealth = {
  isShipping: true,
  shipped: 40,
  unreadable: 3,
  quarantined: 2,
  backlogRecords: 5,
  backlogBytes: 4000,
  backlogAgeMillis: 90_500,
  lastSuccessMillis: 1_800_000_000_250,
  problem: undefined,
};

/** Reports such a health until the test ends. */
function pretend(shipping: ShippingHealth): void {
  const { leave } = reportHealth({
    health: () => healthOf({ ...HEALTHY, shipping }),
    isOpen: () => true,
    report: () => {},
  });
  onTestFinished(leave);
}

describe("shipping", () => {
  test("is reported in records, bytes and seconds", async () => {
    const reader = provide();
    pretend(SHIPPING);
    const values = await reader.values();
    expect(Object.fromEntries(values)).toMatchObject({
      "audit.record.shipped": (before.get("audit.record.shipped") ?? 0) + 40,
      "audit.record.quarantined": (before.get("audit.record.quarantined") ?? 0) + 2,
      "audit.record.unreadable": (before.get("audit.record.unreadable") ?? 0) + 3,
      "audit.backlog.count": 5,
      "audit.backlog.size": 4000,
      "audit.backlog.age": 90.5,
      "audit.shipping.last_success": 1_800_000_000.25,
    });
  });

  test("of several directories: what waits adds up, the oldest and the last count", async () => {
    const reader = provide();
    pretend(SHIPPING);
    pretend({ ...SHIPPING, backlogAgeMillis: 1000, lastSuccessMillis: 1_800_000_001_000 });
    pretend({ ...SHIPPING, isShipping: false, backlogRecords: 100 });
    expect(Object.fromEntries(await reader.values())).toMatchObject({
      "audit.backlog.count": 10,
      "audit.backlog.size": 8000,
      "audit.backlog.age": 90.5,
      "audit.shipping.last_success": 1_800_000_001,
    });
  });
});

test("a health that throws fails no collection, and is said once", async () => {
  const reader = provide();
  const lines: string[] = [];
  let isBroken = true;
  const { leave } = reportHealth({
    health() {
      if (isBroken) throw new Error("no idea");
      return healthOf({ ...HEALTHY, shipping: undefined });
    },
    isOpen: () => true,
    report: (line) => lines.push(line),
  });
  await reader.values();
  await reader.values();
  expect(lines).toEqual(["the metrics cannot be read: no idea"]);
  isBroken = false;
  expect((await reader.values()).get("audit.health.status green")).toBe(1);
  leave();
});

test("a provider that cannot make instruments stops nobody", async () => {
  metrics.setGlobalMeterProvider({
    getMeter() {
      throw new Error("no meters here");
    },
  });
  const audit = await open();
  await pause(audit);
  expect(audit.health()).toMatchObject({ state: "green", written: 2 });
});
