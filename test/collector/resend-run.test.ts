/**
 * `otel-audit resend` to the real Collector: a sealed journal, and a Collector's own file, arrive whole and
 * verify there; a Collector that is killed meanwhile gets the rest. Without `go` skipped (AUDIT_REQUIRE=go: fails).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type AuditRecord, readRecords } from "otel-audit/read";
import { buildCollector } from "../../collector-config/build/build.ts";
import { prepareCollectorDirectory } from "../../src/collector/index.ts";
import { resultRecord } from "../support/records.ts";
import { runCommand, startCommand } from "../support/running-command.ts";
import { runSealedService } from "../support/sealed-service.ts";
import { allProven, verified } from "../support/verdicts.ts";
import { directoryWith } from "../support/journal-directory.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { eventually, freePorts } from "./child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/collector/resend-run: ${skipped}\n\n`);

const STREAM = "AbCdEfGhIjKlMnOp";

/** Ids in the order in which they stand there; one that stands there twice counts once. */
async function idsIn(file: string): Promise<readonly string[]> {
  const ids = new Set<string>();
  for await (const found of readRecords(file))
    if (found.kind === "record") ids.add(String(found.record.attributes["audit.record.id"]));
  return [...ids];
}

/** What tells a sealed record: a commitment and a salt. */
function sealed(record: AuditRecord): AuditRecord {
  const seal = `audit_actor_id:${"c".repeat(43)}:${"s".repeat(22)}`;
  return { ...record, attributes: { ...record.attributes, "audit.integrity.fields": seal } };
}

describe.skipIf(skipped !== undefined)("what is sent again to a Collector", () => {
  const root = mkdtempSync(path.join(tmpdir(), "otel-audit-resend-"));
  const audit = path.join(root, "audit");
  let directories = 0;

  async function start(options: { dir?: string; port?: number } = {}): Promise<RunningCollector> {
    const { dir = path.join(root, String(++directories)), port } = options;
    prepareCollectorDirectory(dir);
    const env = port === undefined ? {} : { AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${port}` };
    const collector = await startCollector({ dir, env });
    onTestFinished(async () => void (await collector.stop()));
    return collector;
  }

  beforeAll(async () => {
    await buildCollector();
    await runSealedService({ directory: audit, rounds: 8 });
    await runSealedService({ directory: audit, rounds: 3 });
  }, BUILD_TIMEOUT_MILLIS);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(["http/json", "http/protobuf", "grpc"] as const)(
    "a sealed journal over %s, and from there to a second one, verifies as it was signed",
    async (protocol) => {
      const journal = path.join(audit, "journal");
      const ids = await idsIn(journal);
      const first = await start();
      const second = await start();
      const endpointOf = (collector: RunningCollector): string =>
        protocol === "grpc" ? `http://${collector.grpcEndpoint}` : collector.httpEndpoint;
      const send = (from: string, to: RunningCollector) =>
        runCommand(["resend", from, "--endpoint", endpointOf(to), "--protocol", protocol]);
      const ran = await send(audit, first);
      expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: "" });
      expect(ran.out).toContain(`${ids.length} read, ${ids.length} sent, 0 refused`);
      await first.drained();
      expect(await verified([first.jsonFile])).toEqual(allProven(ids.length));
      expect((await send(first.dir, second)).code).toBe(0);
      await second.drained();
      expect((await idsIn(second.jsonFile)).toSorted()).toEqual(ids.toSorted());
      expect(await verified([second.jsonFile])).toEqual(allProven(ids.length));
      // All copies are held against each other: none differs.
      const all = await verified([journal, first.jsonFile, second.jsonFile]);
      expect(all).toEqual(allProven(ids.length));
    },
  );

  it("what the doctor sends beside it alters no verdict", async () => {
    const collector = await start();
    const endpoint = ["--endpoint", collector.httpEndpoint];
    await runCommand(["resend", audit, ...endpoint]);
    const { code } = await runCommand(["collector", "doctor", ...endpoint, "-d", collector.dir]);
    expect(code).toBe(0);
    await collector.drained();
    const { verdict, exitCode, unsigned, missing } = await verified([collector.jsonFile]);
    expect({ verdict, exitCode, unsigned, missing }).toEqual({
      verdict: "verified",
      exitCode: 0,
      unsigned: 2,
      missing: 0,
    });
  });

  it("a Collector that is killed meanwhile gets the rest when it is there again", async () => {
    const [port = 0] = await freePorts(1);
    const records = Array.from({ length: 3000 }, (_, at) => sealed(resultRecord(STREAM, at + 1)));
    const directory = directoryWith({
      [`journal/${STREAM}/1.jsonl`]: records.map((one) => `${encodeJsonLine(one)}\n`).join(""),
    });
    const collector = await start({ port });
    const command = startCommand([
      "resend",
      directory,
      "--endpoint",
      collector.httpEndpoint,
      "--batch",
      "50",
      "--rate",
      "1500",
    ]);
    await eventually(async () =>
      (await idsIn(collector.jsonFile)).length >= 500 ? true : undefined,
    );
    await collector.kill();
    await eventually(async () =>
      command.said().includes("does not take records now") ? true : undefined,
    );
    const again = await start({ port, dir: collector.dir });
    const { code, out } = await command.ended;
    expect(code).toBe(0);
    expect(out).toContain("3000 read, 3000 sent, 0 refused");
    await again.drained();
    // What was in flight at the kill is written again, behind what waited: order is told by the sequence.
    const expected = records.map(({ attributes }) => String(attributes["audit.record.id"]));
    expect([...new Set(await idsIn(again.jsonFile))].toSorted()).toEqual(expected.toSorted());
    await again.stop();
  }, 180_000);
});
