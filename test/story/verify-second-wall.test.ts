/**
 * The Collector masks what looks like a secret, also where the process has looked closer and left it: it
 * touches nothing of a seal, and a record never looks altered by it. Without `go` skipped (AUDIT_REQUIRE=go: fails).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { type AuditRecord, readRecords } from "otel-audit/read";
import { eventually } from "../collector/child-process.ts";
import { buildCollector } from "../../collector-config/build/build.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "../collector/collector-process.ts";
import { runSealedService } from "../support/sealed-service.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { verified } from "../support/verdicts.ts";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/story/verify-second-wall: ${skipped}\n\n`);

/** Sixteen digits that are no card: the process checks them (Luhn), the Collector cannot. */
const NO_CARD = "4111111111111112";
/** What detectors look for, where only base64 and digits stand. */
const LIKE_SECRETS = [
  `password:${"4111111111111111".repeat(3).slice(0, 43)}:${"4".repeat(22)}`,
  `api_key:${"A".repeat(43)}:AKIAIOSFODNN7EXAMPLE00`,
  `audit_reason:${"eyJhbGciOiJIUzI1NiJ9".repeat(3).slice(0, 43)}:ghp_0123456789abcdefgh`,
  `token:${"0".repeat(43)},secret:${"078-05-1120".repeat(4).slice(0, 43)}`,
];

/** Of records that nobody sealed. */
const STREAM = "Sabcdefghijklmno";

async function recordsIn(file: string): Promise<readonly AuditRecord[]> {
  const found: AuditRecord[] = [];
  for await (const item of readRecords(file)) if (item.kind === "record") found.push(item.record);
  return found;
}

describe.skipIf(skipped !== undefined)("the Collector's redaction", () => {
  const root = mkdtempSync(join(tmpdir(), "otel-audit-story-"));
  let collector: RunningCollector;

  beforeAll(async () => {
    await buildCollector();
    collector = await startCollector({ dir: join(root, "collector") });
  }, BUILD_TIMEOUT_MILLIS);

  afterAll(async () => {
    await collector.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test("touches no byte of seals and checkpoints, whatever they look like", async () => {
    const sent = LIKE_SECRETS.map((text, at) => ({
      attributes: {
        "audit.record.id": `${STREAM}.${at + 1}`,
        "audit.record.kind": "checkpoint",
        "audit.sequence.number": at + 1,
        "audit.time": "2026-11-21T04:40:00.123000Z",
        "audit.action": "checkpoint",
        "audit.integrity.fields": text,
        "audit.checkpoint.note": `password=${text}\nkey otel-audit+4111111111111111+${text}\n`,
        "audit.checkpoint.leaves": [text, "4111111111111111", "AKIAIOSFODNN7EXAMPLE"],
        "audit.checkpoint.subtrees": ["ghp_0123456789abcdefghijklmnopqrstuvwxyz", text],
      },
      body: {},
    }));
    const response = await fetch(`${collector.httpEndpoint}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: otlpRequest(sent),
    });
    expect(response.status).toBe(200);
    await collector.drained();
    const ids = new Set(sent.map(({ attributes }) => attributes["audit.record.id"]));
    const all = await recordsIn(collector.jsonFile);
    const stored = all.filter(({ attributes }) => ids.has(String(attributes["audit.record.id"])));
    expect(stored.map(({ attributes }) => attributes)).toEqual(
      sent.map(({ attributes }) => attributes),
    );
  });

  test("of what a client or a service says: it cannot be told any more, but nothing looks tampered", async () => {
    const directory = join(temporaryDirectory(), "audit");
    await runSealedService({
      directory,
      rounds: 1,
      endpoint: collector.httpEndpoint,
      env: { USER_AGENT: `ui/1 ${NO_CARD}` },
    });
    const audit = await createAudit({ directory, endpoint: collector.httpEndpoint });
    await audit.record({
      action: "pause",
      actor: { id: NO_CARD, type: "user" },
      target: { type: "run", id: `run ${NO_CARD}` },
      reason: `because of ${NO_CARD}`,
      snapshot: `snapshot ${NO_CARD}`,
      details: { whole: NO_CARD, part: `number ${NO_CARD}` },
    });
    await audit.close();
    const before = await verified([directory]);
    const ids = new Set((await recordsIn(join(directory, "journal"))).map(idOf));
    await eventually(async () => {
      const arrived = new Set((await recordsIn(collector.jsonFile)).map(idOf));
      return [...ids].every((id) => arrived.has(id)) ? true : undefined;
    });
    expect(before.verdict).toBe("verified");
    const lines = readFileSync(collector.jsonFile, "utf8").split("\n");
    const stored = join(directory, "audit.jsonl");
    writeFileSync(stored, lines.filter((line) => !line.includes(STREAM)).join("\n"));
    const { verdict, proven, missing, codes } = await verified([directory]);
    expect({ verdict, missing, codes }).toMatchObject({ verdict: "inconclusive", missing: 0 });
    expect(proven).toBe(before.proven);
    expect(codes).not.toContain("record_altered");
    expect(codes).toContain("field_unexplained");
  });
});

const idOf = ({ attributes }: AuditRecord): string => String(attributes["audit.record.id"]);
