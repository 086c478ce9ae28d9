/**
 * A service is called over gRPC and ships to the real Collector, which also feeds VictoriaLogs and sinks
 * that redact and filter: whatever arrives is what was signed. Without `go` skipped (AUDIT_REQUIRE=go: fails).
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditRecord, readRecords } from "otel-audit/read";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { eventually } from "../collector/child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  CONFIG_DIR,
  startCollector,
  whyNoCollector,
} from "../collector/collector-process.ts";
import { startVictoriaLogs } from "../collector/victoria-logs-process.ts";
import { holdSealedService } from "../support/sealed-service.ts";
import { allProven, type Outcome, verified, verifiedByCommand } from "../support/verdicts.ts";
import { METHODS, NOTES } from "./programs/sealed-policy.ts";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/story/verify-collector: ${skipped}\n\n`);

/** More records than one checkpoint covers. */
const ROUNDS = 36;

/** The overlay of collector-config/README.md, as it stands there. */
function overlayOfReadme(): string {
  const text = readFileSync(join(CONFIG_DIR, "README.md"), "utf8");
  const [, chapter = ""] = text.split("## Redact what is sealed\n");
  const [overlay = ""] =
    /^(?: {4}.*\n|\n)+/m.exec(chapter.slice(chapter.indexOf("\n    ") + 1)) ?? [];
  return overlay.replaceAll(/^ {4}/gm, "");
}

/** A sink that redacts the same and leaves the salts, and one that keeps notes and checkpoints. */
const MORE_SINKS = `
processors:
  transform/values_only:
    error_mode: propagate
    log_statements:
      - context: log
        statements:
          - set(log.body["note"], "****") where IsMatch(log.attributes["audit.integrity.fields"], "(^|,)note:")
          - delete_key(log.attributes, "audit.actor.id")
  filter/notes:
    error_mode: propagate
    log_conditions:
      - log.attributes["audit.action"] != "${NOTES}" and log.attributes["audit.record.kind"] != "checkpoint"
exporters:
  file/salts_left: { path: "\${env:AUDIT_COLLECTOR_DIR}/salts-left.jsonl", rotation: { max_megabytes: 100 } }
  file/notes: { path: "\${env:AUDIT_COLLECTOR_DIR}/notes.jsonl", rotation: { max_megabytes: 100 } }
service:
  pipelines:
    logs/salts_left: { receivers: [forward/audit], processors: [transform/values_only], exporters: [file/salts_left] }
    logs/notes: { receivers: [forward/audit], processors: [filter/notes], exporters: [file/notes] }
`;

describe.skipIf(skipped !== undefined)("a trail that went through a Collector", () => {
  const root = mkdtempSync(join(tmpdir(), "otel-audit-story-"));
  const audit = join(root, "audit");
  const journal = join(audit, "journal");
  const collected = (name: string): string => join(root, "collector", name);
  const policy = join(root, "redaction.yaml");
  const exported = join(root, "victoria.jsonl");
  let records: readonly AuditRecord[] = [];
  const countOf = (isOne: (record: AuditRecord) => boolean): number => records.filter(isOne).length;
  const isResult = ({ attributes }: AuditRecord): boolean =>
    attributes["audit.record.kind"] === "result";
  const isCheckpoint = ({ attributes }: AuditRecord): boolean =>
    attributes["audit.record.kind"] === "checkpoint";
  /** In all of these forms every record is proven, and nothing else is to be said. */
  const whole = (): Outcome => allProven(records.length);

  beforeAll(async () => {
    await buildCollector();
    await buildVictoriaLogs();
    const overlays = [join(root, "redact.yaml"), join(root, "sinks.yaml")];
    writeFileSync(overlays[0] ?? "", overlayOfReadme());
    writeFileSync(overlays[1] ?? "", MORE_SINKS);
    writeFileSync(policy, "version: 1\n", { mode: 0o600 });
    const backend = await startVictoriaLogs(join(root, "backend"));
    const collector = await startCollector({
      dir: join(root, "collector"),
      overlays: ["overlays/otlp.yaml", ...overlays],
      env: { AUDIT_OTLP_BACKEND: backend.endpoint },
    });
    const service = await holdSealedService({
      directory: audit,
      rounds: ROUNDS,
      endpoint: collector.httpEndpoint,
      env: { AUDIT_REDACTION_FILE: policy },
    });
    const allArrived = async (): Promise<void> => {
      await eventually(async () => {
        // Read again each time: a checkpoint may come meanwhile.
        records = await allIn(journal);
        const [row] = await backend.query(`* | count_uniq("audit.record.id") unique`);
        return row?.["unique"] === String(records.length) ? true : undefined;
      }, BUILD_TIMEOUT_MILLIS);
    };
    await allArrived();
    await service.close();
    await allArrived();
    const base = new URL(backend.endpoint).origin;
    const answer = await fetch(`${base}/select/logsql/query?query=*`);
    writeFileSync(exported, await answer.text());
    await collector.stop();
    await backend.stop();
  }, BUILD_TIMEOUT_MILLIS);

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  async function allIn(path: string): Promise<readonly AuditRecord[]> {
    const found: AuditRecord[] = [];
    for await (const item of readRecords(path)) {
      if (item.kind === "problem") throw new Error(`${item.file}: ${item.message}`);
      found.push(item.record);
    }
    return found;
  }

  test("the service wrote what the others are compared with", async () => {
    expect(countOf(isResult)).toBe(ROUNDS * (METHODS.length + 1));
    expect(countOf(isCheckpoint)).toBeGreaterThanOrEqual(3);
    expect(await verified([journal])).toEqual(whole());
  });

  test.each([
    ["audit.jsonl", () => [collected("audit.jsonl")]],
    ["audit.csv and the journal", () => [collected("audit.csv"), journal]],
    ["audit.csv and audit.jsonl", () => [collected("audit.csv"), collected("audit.jsonl")]],
    ["an export of VictoriaLogs", () => [exported]],
    [
      "everything at once",
      () => [audit, collected("audit.csv"), collected("audit.jsonl"), exported],
    ],
  ])("%s: every record is proven", async (_name, paths) => {
    expect(await verified(paths())).toEqual(whole());
  });

  test("audit.csv and audit_checkpoints.jsonl: every result is proven, none is missing", async () => {
    const elsewhere = join(root, "elsewhere");
    mkdirSync(elsewhere, { recursive: true });
    copyFileSync(
      join(audit, "audit_checkpoints.jsonl"),
      join(elsewhere, "audit_checkpoints.jsonl"),
    );
    copyFileSync(collected("audit.csv"), join(elsewhere, "audit.csv"));
    expect(await verified([elsewhere])).toEqual(
      allProven(countOf(isResult) + countOf(isCheckpoint), ["only_results"]),
    );
  });

  describe("with notes and actors redacted", () => {
    const commitsTo =
      (key: string) =>
      ({ attributes }: AuditRecord): boolean =>
        new RegExp(`(^|,)${key}:`).test(String(attributes["audit.integrity.fields"]));
    const redactions = (): object => ({
      audit_actor_id: countOf(commitsTo("audit_actor_id")),
      note: countOf(commitsTo("note")),
    });
    const later = join(root, "later.yaml");

    beforeAll(() =>
      writeFileSync(later, "version: 1\nidentity: drop\nkeys:\n  - names: [note]\n", {
        mode: 0o600,
      }),
    );

    test("salts taken out as collector-config/README.md shows: verified, and counted", () => {
      const text = readFileSync(collected("redacted.jsonl"), "utf8");
      expect(text.includes('"audit.actor.id"')).toBe(false);
      const ran = verifiedByCommand([collected("redacted.jsonl")]);
      expect(ran).toMatchObject({ code: 0, verdict: "verified", findings: [] });
      expect(ran.records).toMatchObject({ proven: records.length, missing: 0 });
      expect(ran.redactions).toEqual(redactions());
    });

    test("salts left: verified, with a note", () => {
      const ran = verifiedByCommand([collected("salts-left.jsonl")]);
      expect(ran).toMatchObject({ code: 0, verdict: "verified" });
      expect(ran.findings.map(({ code }) => code)).toEqual(["salt_left"]);
      expect(ran.redactions).toEqual(redactions());
    });

    test.each([
      ["that another policy explains", [policy, later], 0, "verified", []],
      ["that no policy explains", [policy], 4, "inconclusive", ["field_unexplained"]],
      ["without the policy that was in force", [later], 4, "inconclusive", ["policy_differs"]],
    ] as const)("fields %s", (_name, policies, code, verdict, codes) => {
      const options = policies.flatMap((path) => ["--redaction-policy", path]);
      const ran = verifiedByCommand([collected("redacted.jsonl"), ...options]);
      expect({ code: ran.code, verdict: ran.verdict }).toEqual({ code, verdict });
      expect([...new Set(ran.findings.map((finding) => finding.code))]).toEqual(codes);
    });

    test("beside the journal: its fields are there, and every copy is what was signed", async () => {
      expect(await verified([journal, collected("redacted.jsonl")])).toEqual(whole());
    });
  });

  test("a filter that keeps one of the actions: each is proven, all others are missing", () => {
    const isKept = (record: AuditRecord): boolean =>
      isCheckpoint(record) || record.attributes["audit.action"] === NOTES;
    const ran = verifiedByCommand([collected("notes.jsonl")]);
    const kept = countOf(isKept);
    expect(ran).toMatchObject({ code: 4, verdict: "incomplete" });
    expect(ran.records).toMatchObject({ read: kept, proven: kept, missing: records.length - kept });
    expect(ran.findings.map(({ code }) => code)).toEqual(["records_missing"]);
    expect(ran.headline).toContain(`; ${kept} records in 1 stream proven`);
  });
});
