/** overlays/alerts.yaml on the real Collector: what Prometheus would read of records that came in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCollector } from "../../collector-config/build/build.ts";
import { RECORDS_LOST, RECORDS_UNCONFIRMED } from "../../src/event/action-names.ts";
import { type AttributeValue, type AuditRecord, BUILT_IN_ACTIONS } from "../../src/event/index.ts";
import { postRecords, resultRecord } from "../support/posted-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { freePorts } from "./child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  CONFIG_DIR,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";

const why = whyNoCollector();
if (why !== undefined) process.stderr.write(`\notel-audit: test/collector/alerts: ${why}\n\n`);

const denied = (n: number, action: string): AuditRecord =>
  resultRecord(n, { "audit.action": action, "audit.outcome": "denied" });
const of = (n: number, attributes: Readonly<Record<string, AttributeValue>>): AuditRecord =>
  resultRecord(n, attributes);

/** Without an attribute that proves it. */
function without(key: string, record: AuditRecord): AuditRecord {
  const { [key]: _gone, ...attributes } = record.attributes;
  return { ...record, attributes };
}

/** The samples of the counts, in the text form of Prometheus, without comments. */
async function samples(port: number | undefined): Promise<readonly string[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith("audit_trail_"))
    .toSorted();
}

describe.skipIf(why !== undefined)("the counts for alerts", () => {
  beforeAll(async () => {
    await buildCollector();
  }, BUILD_TIMEOUT_MILLIS);

  test("add up over requests and times, by service and action, and leave out what is no trouble", async () => {
    const [port] = await freePorts(1);
    const collector = await startCollector({
      dir: join(temporaryDirectory(), "collector"),
      overlays: ["overlays/alerts.yaml"],
      env: { AUDIT_ALERTS_ENDPOINT: `127.0.0.1:${port}`, AUDIT_ALERTS_SERVICES: "loader|trainer" },
    });
    const post = async (...records: readonly AuditRecord[]): Promise<void> => {
      expect(await postRecords(collector.httpEndpoint, records)).toBe(200);
      await collector.drained();
    };
    const later = { "audit.time": "2026-11-22T10:00:00.000Z" };
    const earlier = { "audit.time": "2025-01-01T00:00:00.000Z" };
    await post(denied(1, "permission_change"), denied(2, "permission_change"), of(3, {}));
    await post(of(4, { ...later, "audit.outcome": "denied", "audit.action": "permission_change" }));
    // A spool or a journal that catches up: older than what was counted.
    await post(
      of(5, { ...earlier, "audit.outcome": "denied", "audit.action": "permission_change" }),
    );
    await post(denied(6, "hp_change"), of(7, { "audit.outcome": "failure" }));
    await post(of(8, { "audit.impact": "high", "audit.action": "user_delete" }));
    // An intent is not what came of it.
    await post(of(9, { "audit.impact": "high", "audit.record.kind": "intent" }));
    await post(
      of(10, { "audit.record.kind": "gap", "audit.action": "records_lost", "audit.count": 7 }),
    );
    const unproven = without("audit.integrity.fields", denied(11, "hp_change"));
    await post(unproven, without("audit.record.id", { ...denied(12, "x"), service: "chosen" }));

    expect(await samples(port)).toEqual([
      'audit_trail_denied_total{audit_action="hp_change",job="trainer"} 1',
      'audit_trail_denied_total{audit_action="permission_change",job="trainer"} 4',
      'audit_trail_gap_total{audit_action="records_lost",job="trainer"} 1',
      'audit_trail_high_impact_total{audit_action="user_delete",job="trainer"} 1',
      "audit_trail_unproven_total 2",
    ]);
    await collector.stop();
  });

  test("forged names make no series: what is on no list is other", async () => {
    const [port] = await freePorts(1);
    const collector = await startCollector({
      dir: join(temporaryDirectory(), "collector"),
      overlays: ["overlays/alerts.yaml"],
      env: {
        AUDIT_ALERTS_ENDPOINT: `127.0.0.1:${port}`,
        AUDIT_ALERTS_SERVICES: "trainer|loader-[0-9]",
        AUDIT_ALERTS_ACTIONS: "ours_[a-z]+",
      },
    });
    const forged = Array.from({ length: 300 }, (_, at): AuditRecord => ({
      ...denied(at + 1, `forged_${at}`),
      service: `service-${at}`,
    }));
    const known = ["hp_change", "ours_own", "xhp_change", "hp_changed", "ours_1"].map(
      (action, at) => denied(at + 1000, action),
    );
    const loader = { ...denied(2000, "hp_change"), service: "loader-7" };
    const list = of(2001, { "audit.outcome": "denied", "audit.action": ["hp_change"] });
    const none = without("audit.action", denied(2002, "x"));
    expect(
      await postRecords(collector.httpEndpoint, [...forged, ...known, loader, list, none]),
    ).toBe(200);
    await collector.drained();
    expect(await samples(port)).toEqual([
      'audit_trail_denied_total{audit_action="hp_change",job="loader-7"} 1',
      'audit_trail_denied_total{audit_action="hp_change",job="trainer"} 1',
      'audit_trail_denied_total{audit_action="other",job="other"} 300',
      'audit_trail_denied_total{audit_action="other",job="trainer"} 4',
      'audit_trail_denied_total{audit_action="ours_own",job="trainer"} 1',
      'audit_trail_denied_total{audit_action="unknown",job="trainer"} 1',
    ]);
    await collector.stop();
  });
});

test("the list of actions in the overlay is the catalogue, and the gaps", () => {
  const text = readFileSync(join(CONFIG_DIR, "overlays/alerts.yaml"), "utf8");
  const [, list = ""] =
    /\$\{env:AUDIT_ALERTS_ACTIONS:-other\}\\\n([\s\S]*?)\)\$\$/.exec(text) ?? [];
  const names = list.split(/[|\\\s]+/).filter((name) => name !== "");
  const wanted = [...BUILT_IN_ACTIONS.map(({ name }) => name), RECORDS_LOST, RECORDS_UNCONFIRMED];
  expect(names.toSorted()).toEqual(wanted.toSorted());
});
