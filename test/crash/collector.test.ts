/**
 * A service, its Collector and a backend, killed at random moments while records flow. What the
 * service acknowledged is in every sink afterwards; so it is when the Collector's disk was full, and
 * when the backend was away for longer than its queue holds. Built on first use; without `go` skipped
 * (AUDIT_REQUIRE=go: fails).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createAudit } from "otel-audit";
import { readRecords } from "otel-audit/read";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { prepareCollectorDirectory } from "../../src/collector/index.ts";
import { eventually, freePorts } from "../collector/child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "../collector/collector-process.ts";
import { type RunningVictoriaLogs, startVictoriaLogs } from "../collector/victoria-logs-process.ts";
import { createLedger, expectKept, type Ledger } from "../support/ledger.ts";
import { runCommand } from "../support/running-command.ts";
import { type Service, startService } from "../support/service.ts";
import { type Kills, largestRequestIn, repeatsIn, requestsTwice } from "../support/repeats.ts";
import { fill, smallDisk } from "../support/small-disk.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { readTrail, type Trail } from "../support/trail.ts";

/** The soak run asks for more. */
const RECORDS = Number(process.env["AUDIT_TEST_COLLECTOR_RECORDS"] ?? "1500");
const KILLS = Number(process.env["AUDIT_TEST_COLLECTOR_KILLS"] ?? "5");
/** More than a slow machine needs for a record. */
const MILLIS_A_RECORD = 40;
const TIMEOUT_MILLIS = 120_000 + RECORDS * MILLIS_A_RECORD + KILLS * 10_000;
/** Records at once, every 15 ms. */
const BURST = 3;

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/crash/collector: ${skipped}\n\n`);

/** A part that can be killed and comes back at the same place. */
interface Part<T> {
  readonly now: () => T;
  readonly restart: () => Promise<void>;
}

async function createPart<T extends { readonly kill: () => Promise<unknown> }>(
  start: () => Promise<T>,
): Promise<Part<T>> {
  let running = await start();
  onTestFinished(async () => void (await running.kill()));
  return {
    now: () => running,
    async restart() {
      await running.kill();
      running = await start();
    },
  };
}

interface Parts {
  readonly audit: string;
  readonly ledger: Ledger;
  readonly collector: Part<RunningCollector>;
  readonly backend: Part<RunningVictoriaLogs>;
  readonly service: Part<Service & { readonly kill: () => Promise<unknown> }>;
}

interface PartsOptions {
  /** Where the Collector writes. */
  readonly collectorDirectory?: string;
  readonly overlays?: readonly string[];
}

async function startParts({
  collectorDirectory,
  overlays = [],
}: PartsOptions = {}): Promise<Parts> {
  const [http = 0, backendPort = 0] = await freePorts(2);
  const dir = collectorDirectory ?? temporaryDirectory();
  const stored = temporaryDirectory();
  const backend = await createPart(() => startVictoriaLogs(stored, { port: backendPort }));
  const collector = await createPart(() => {
    prepareCollectorDirectory(dir);
    return startCollector({
      dir,
      overlays: ["overlays/otlp.yaml", ...overlays],
      env: {
        AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${http}`,
        AUDIT_OTLP_BACKEND: backend.now().endpoint,
      },
    });
  });
  const audit = temporaryDirectory();
  const ledger = createLedger();
  let starts = 0;
  const service = await createPart(async () => {
    const started = await startService({
      name: `s${++starts}`,
      directory: audit,
      endpoint: `http://127.0.0.1:${http}`,
      ledger,
    });
    await started.ask("keep recording", BURST);
    return { ...started, kill: () => started.end("SIGKILL") };
  });
  return { audit, ledger, collector, backend, service };
}

/** Ends the service, and waits until every record of its journals was shipped and passed on. */
async function settle({ audit, collector, service }: Parts): Promise<Trail> {
  await service.now().kill();
  const last = await createAudit({
    directory: audit,
    endpoint: collector.now().httpEndpoint,
    format: "journal",
  });
  await last.flush();
  const trail = await readTrail(audit);
  const { dir, drained } = collector.now();
  await eventually(async () => {
    if (last.health().shipping?.backlogRecords !== 0) return undefined;
    await drained(TIMEOUT_MILLIS);
    return missing(trail.ids, await idsIn(dir, /^audit.*\.jsonl$/)).length === 0 ? true : undefined;
  }, TIMEOUT_MILLIS);
  await last.close();
  await drained(TIMEOUT_MILLIS);
  return trail;
}

/** Record ids in the files of a Collector, each as often as it stands there. */
async function idsIn(directory: string, only: RegExp): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const found of readRecords(directory))
    if (found.kind === "record" && only.test(path.basename(found.file)))
      ids.push(String(found.record.attributes["audit.record.id"]));
  return ids;
}

async function idsInBackend(backend: RunningVictoriaLogs): Promise<readonly string[]> {
  const rows = await backend.query('* | fields "audit.record.id"');
  return rows.map((row) => row["audit.record.id"] ?? "");
}

function missing(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const found = new Set(there);
  return wanted.filter((id) => !found.has(id));
}

/** Whatever was acknowledged is in the journal, and all of that in both files. Gives how often records stand there. */
async function expectInFiles(parts: Parts, trail: Trail): Promise<string> {
  expectKept(trail, parts.ledger, { counted: 0, isTold: true });
  const { dir } = parts.collector.now();
  const json = await idsIn(dir, /^audit.*\.jsonl$/);
  const csv = await idsIn(dir, /^audit.*\.csv$/);
  const results = trail.results.map(({ id }) => id);
  expect(missing(trail.ids, json)).toEqual([]);
  expect(missing(results, csv)).toEqual([]);
  return (
    `${trail.ids.length} records, ${parts.ledger.ids("kept").length} acknowledged; repeated: ` +
    `${json.length - new Set(json).size} in JSON, ${csv.length - new Set(csv).size} in CSV`
  );
}

describe.skipIf(skipped !== undefined)("a service, a Collector and a backend", () => {
  beforeAll(async () => {
    await buildCollector();
    await buildVictoriaLogs();
  }, BUILD_TIMEOUT_MILLIS);

  test(
    `after ${KILLS} SIGKILLs over all three every acknowledged record is in every sink`,
    async () => {
      const seed = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);
      console.log(`seed ${seed} (repeat with AUDIT_TEST_SEED)`);
      const share = Math.ceil(RECORDS / (KILLS + 1));
      const kills = fc.sample(
        fc.record({
          victim: fc.constantFrom("service", "collector", "backend" as const),
          kept: fc.integer({ min: Math.ceil(share / 2), max: Math.ceil(share * 1.5) }),
        }),
        { seed, numRuns: KILLS },
      );
      const parts = await startParts();
      for (const { victim, kept } of kills) {
        await parts.service.now().kept(kept);
        await parts[victim].restart();
      }
      const left = RECORDS - parts.ledger.ids("kept").length;
      await parts.service.now().kept(Math.max(share, left));
      const trail = await settle(parts);
      const summary = await expectInFiles(parts, trail);
      const killsOf = (one: string): number => kills.filter(({ victim }) => victim === one).length;
      const counts: Kills = {
        // The last one ends it.
        service: killsOf("service") + 1,
        collector: killsOf("collector"),
        backend: killsOf("backend"),
      };
      const { dir } = parts.collector.now();
      const largest = await largestRequestIn(dir);
      const most = requestsTwice.inFiles(counts) * largest;
      expect(repeatsIn(await idsIn(dir, /^audit.*\.jsonl$/))).toBeLessThanOrEqual(most);
      expect(repeatsIn(await idsIn(dir, /^audit.*\.csv$/))).toBeLessThanOrEqual(most);

      // A backend that answers before it has synced loses what it took in its last seconds; the journal has it.
      const backend = parts.backend.now();
      const inBackend = await idsInBackend(backend);
      expect(repeatsIn(inBackend)).toBeLessThanOrEqual(requestsTwice.inBackend(counts) * largest);
      const lost = missing(trail.ids, inBackend);
      if (!kills.some(({ victim }) => victim === "backend")) expect(lost).toEqual([]);
      if (lost.length > 0) {
        const to = ["--endpoint", backend.endpoint, "--protocol", "http/protobuf"];
        const again = await runCommand(["resend", parts.audit, ...to]);
        expect(again.code, `${again.out}\n${again.err}`).toBe(0);
        expect(missing(trail.ids, await idsInBackend(backend))).toEqual([]);
      }
      const victims = kills.map(({ victim }) => victim).join(", ");
      console.log(
        `${victims}: ${summary}, at most ${most} (requests of up to ${largest}); ` +
          `${repeatsIn(inBackend)} in the backend, which lost ${lost.length} that it had taken`,
      );
    },
    TIMEOUT_MILLIS,
  );

  test(
    "while the backend is away for longer than its queue holds, the files have all, and it has all later",
    async () => {
      const overlay = path.join(temporaryDirectory(), "short-queue.yaml");
      writeFileSync(
        overlay,
        "exporters: { otlp_http/backend: { sending_queue: { queue_size: 3 } } }\n",
      );
      const parts = await startParts({ overlays: [overlay] });
      await parts.service.now().kept(100);
      // It ends in order here: what it took, it has.
      await parts.backend.now().stop();
      const full = /sending queue is full/;
      await eventually(async () => (full.test(parts.collector.now().output()) ? true : undefined));
      await parts.service.now().kept(100);
      await parts.backend.restart();
      const trail = await settle(parts);
      console.log(await expectInFiles(parts, trail));
      expect(missing(trail.ids, await idsInBackend(parts.backend.now()))).toEqual([]);
    },
    TIMEOUT_MILLIS,
  );

  test(
    "while the Collector's disk is full, the service keeps what it cannot take",
    async (context) => {
      const disk = smallDisk("48m");
      if (disk === undefined) {
        context.skip("SKIPPED, NOT TESTED: no filesystem can be mounted here");
        return;
      }
      const collectorDirectory = path.join(disk, "collector");
      mkdirSync(collectorDirectory, { mode: 0o700 });
      const parts = await startParts({ collectorDirectory });
      await parts.service.now().kept(200);
      const filler = fill(disk);
      const noSpace = /no space left on device/;
      await eventually(async () =>
        noSpace.test(parts.collector.now().output()) ? true : undefined,
      );
      await parts.service.now().kept(200);
      filler.free();
      await parts.service.now().kept(200);
      const trail = await settle(parts);
      console.log(await expectInFiles(parts, trail));
      expect(missing(trail.ids, await idsInBackend(parts.backend.now()))).toEqual([]);
    },
    TIMEOUT_MILLIS,
  );
});
