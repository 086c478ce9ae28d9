/**
 * overlays/victorialogs.yaml against a real VictoriaLogs, and overlays/loki.yaml against a receiver in Loki's
 * place: what is found there, and whether an export still proves the trail.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { verifyFiles } from "otel-audit/verify";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { categorizedAnswer, lokiEntries } from "../support/loki-export.ts";
import { recordIdsIn } from "../support/posted-records.ts";
import { readTrail } from "../support/trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { eventually } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, startCollector, whyNoCollector } from "./collector-process.ts";
import { startVictoriaLogs } from "./victoria-logs-process.ts";

const why = whyNoCollector();
if (why !== undefined) process.stderr.write(`\notel-audit: test/collector/log-stores: ${why}\n\n`);

/** A service that wrote a sealed trail and shipped all of it; gives the ids of its records. */
async function writeTrail(endpoint: string): Promise<readonly string[]> {
  const directory = temporaryDirectory();
  const audit = await createAudit({
    directory,
    endpoint,
    service: "trainer",
    policy: { version: 1 },
  });
  await audit.record({
    action: "pause",
    actor: "ann",
    reason: "because",
    details: { step: 4000, note: { deep: [1, "two"] } },
  });
  await audit.deny({
    action: "permission_change",
    actor: "bob",
    target: { type: "user", id: "bob" },
    after: { role: "admin" },
  });
  await audit.close();
  return (await readTrail(directory)).ids;
}

async function provenIn(content: string): Promise<unknown> {
  const file = join(temporaryDirectory(), "export");
  writeFileSync(file, content);
  const { verdict, records, findings } = await verifyFiles([file]);
  return { verdict, proven: records.proven, findings: findings.map(({ code }) => code) };
}

describe.skipIf(why !== undefined)("a sealed trail", () => {
  beforeAll(async () => {
    await buildCollector();
    await buildVictoriaLogs();
  }, BUILD_TIMEOUT_MILLIS);

  test("in VictoriaLogs is found by its streams and fields, and its export is proven", async () => {
    const store = await startVictoriaLogs(temporaryDirectory(), {
      args: ["-defaultMsgValue=audit"],
    });
    const collector = await startCollector({
      dir: join(temporaryDirectory(), "collector"),
      overlays: ["overlays/victorialogs.yaml"],
      env: { AUDIT_VICTORIALOGS: store.endpoint },
    });
    const ids = await writeTrail(collector.httpEndpoint);
    await eventually(async () =>
      (await store.query("*")).length >= ids.length ? true : undefined,
    );
    const denied = await store.query(
      '{service.name="trainer",audit.record.kind="result"} audit.outcome:=denied',
    );
    expect(denied).toMatchObject([
      { _msg: "audit", "audit.action": "permission_change", "audit.actor.id": "bob" },
    ]);
    expect(denied[0]?.["_stream"]).toMatch(
      /^\{audit\.category="\w+",audit\.record\.kind="result",service\.name="trainer"\}$/,
    );
    const streams = await store.query("* | fields _stream | uniq by (_stream)");
    expect(streams.every(({ _stream = "" }) => !_stream.includes("process.pid"))).toBe(true);
    const base = new URL(store.endpoint).origin;
    const answer = await fetch(`${base}/select/logsql/query?query=*`);
    expect(await provenIn(await answer.text())).toEqual({
      verdict: "verified",
      proven: ids.length,
      findings: [],
    });
    await collector.stop();
    await store.stop();
  });

  test("for Loki has its event names as attributes, and is proven of an answer in Loki's form", async () => {
    const store = await startCollector({ dir: join(temporaryDirectory(), "store") });
    const collector = await startCollector({
      dir: join(temporaryDirectory(), "collector"),
      overlays: ["overlays/loki.yaml"],
      env: { AUDIT_LOKI: store.httpEndpoint },
    });
    const ids = await writeTrail(collector.httpEndpoint);
    await eventually(async () =>
      new Set(await recordIdsIn(store.jsonFile)).size >= ids.length ? true : undefined,
    );
    const requests = readFileSync(store.jsonFile, "utf8").trimEnd().split("\n");
    const entries = lokiEntries(requests);
    const denied = entries.filter(({ metadata }) => metadata["audit_outcome"] === "denied");
    expect(denied.map(({ metadata }) => metadata["event_name"])).toEqual([
      "audit.permission_change",
    ]);
    expect(await provenIn(categorizedAnswer(entries))).toEqual({
      verdict: "verified",
      proven: ids.length,
      findings: [],
    });
    await collector.stop();
    await store.stop();
  });
});
