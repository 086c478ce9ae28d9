/**
 * Sealed records through the real Collector, its two files and a real backend: what is read of each has
 * the sealed fields of the journal. Built on first use; without `go` skipped (AUDIT_REQUIRE=go: fails).
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { type ReadRecord, readRecords } from "otel-audit/read";
import { type AuditRecord, type BodyMap } from "../../src/event/index.ts";
import { sealedFieldsOf } from "../../src/seal/portable.ts";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  startCollector,
  whyNoCollector,
} from "../collector/collector-process.ts";
import { eventually } from "../collector/child-process.ts";
import { startVictoriaLogs } from "../collector/victoria-logs-process.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

const skipped = whyNoCollector();
if (skipped !== undefined) process.stderr.write(`\notel-audit: test/read/stores: ${skipped}\n\n`);

const DETAILS: readonly BodyMap[] = [
  {},
  { "a.b": "dot", deep: { er: { lr: 1e-7, big: 1.5e21, no: null, on: false, "": "no name" } } },
  { list: [1e-7, 3, false, "q\"<&> ' ", { z: 1, a: null }, [], null, 1.5e21, "\u2028\n\té😀"] },
  {
    text: "[1, 2]",
    json: '{"b":1,"a":2}',
    open: "[not json",
    "client.id": "of the body",
    _msg: "m",
  },
  {
    message: "hello",
    level: "warn",
    trace_id: "t",
    nulls: [null, 1],
  },
];

async function readAll(paths: readonly string[]): Promise<readonly ReadRecord[]> {
  const found: ReadRecord[] = [];
  for await (const item of readRecords(paths)) {
    if (item.kind === "problem") throw new Error(`${item.file}:${item.line}: ${item.message}`);
    found.push(item);
  }
  return found;
}

/** What is sealed of each record, and what stands at the head of its leaf. */
function sealsOf(records: readonly AuditRecord[]): ReadonlyMap<string, unknown> {
  return new Map(
    records.map((record) => {
      const { attributes, traceId, spanId } = record;
      const id = String(attributes["audit.record.id"]);
      const fields = sealedFieldsOf(record).map(({ key, text }) => [key, text]);
      const head = [attributes["audit.time"], attributes["audit.action"], traceId, spanId];
      return [id, [head, Object.fromEntries(fields)]];
    }),
  );
}

describe.skipIf(skipped !== undefined)("records that went through a Collector", () => {
  const root = mkdtempSync(join(tmpdir(), "otel-audit-stores-"));
  let journal: readonly ReadRecord[] = [];
  let answer = "";

  beforeAll(async () => {
    await buildCollector();
    await buildVictoriaLogs();
    const backend = await startVictoriaLogs(join(root, "backend"));
    const collector = await startCollector({
      dir: join(root, "collector"),
      overlays: ["overlays/otlp.yaml"],
      env: { AUDIT_OTLP_BACKEND: backend.endpoint },
    });
    const directory = join(root, "audit");
    const audit = await createAudit({
      directory,
      endpoint: collector.httpEndpoint,
      policy: { version: 1 },
    });
    for (const [at, details] of DETAILS.entries())
      await audit.record({
        action: "pause",
        actor: "ann",
        reason: `=${at}`,
        details,
        after: details,
      });
    await audit.close();
    journal = await readAll([join(directory, "journal")]);
    await eventually(async () => {
      const rows = await backend.query("*");
      return rows.length >= journal.length ? true : undefined;
    });
    const base = new URL(backend.endpoint).origin;
    answer = await (await fetch(`${base}/select/logsql/query?query=*`)).text();
    await collector.stop();
    await backend.stop();
  }, BUILD_TIMEOUT_MILLIS);

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each([
    ["audit.jsonl", "every record", () => true],
    [
      "audit.csv",
      "every result",
      ({ attributes }: AuditRecord) => attributes["audit.record.kind"] === "result",
    ],
  ] as const)("%s has %s", async (name, _what, isThere) => {
    const found = await readAll([join(root, "collector", name)]);
    expect(found.flatMap(({ doubts }) => doubts)).toEqual([]);
    const expected = journal.map(({ record }) => record).filter(isThere);
    expect(expected.length).toBeGreaterThanOrEqual(DETAILS.length);
    expect(sealsOf(found.map(({ record }) => record))).toEqual(sealsOf(expected));
    for (const { record } of found) {
      const { resource: _one, ...original } = journal.find(
        (other) =>
          other.record.attributes["audit.record.id"] === record.attributes["audit.record.id"],
      )?.record ?? { attributes: {}, body: {} };
      const { resource: _other, ...read } = record;
      expect(read).toEqual(original);
    }
  });

  test("VictoriaLogs has every record", async () => {
    const file = join(root, "victoria.jsonl");
    writeFileSync(file, answer);
    const found = await readAll([file]);
    expect(found.flatMap(({ doubts }) => doubts)).toEqual([]);
    expect(sealsOf(found.map(({ record }) => record))).toEqual(
      sealsOf(journal.map(({ record }) => record)),
    );
    const services = found.map(({ record }) => record.service);
    expect(new Set(services)).toEqual(new Set(journal.map(({ record }) => record.service)));
  });
});
