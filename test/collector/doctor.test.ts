/**
 * `otel-audit collector doctor` against the real Collector: the right pipeline, and those that are not.
 * Without `go` skipped (AUDIT_REQUIRE=go: fails).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { runCommand } from "../support/running-command.ts";
import { verified } from "../support/verdicts.ts";
import { freePorts } from "./child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type CollectorOptions,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";
import { startVictoriaLogs } from "./victoria-logs-process.ts";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/collector/doctor: ${skipped}\n\n`);

/** What the doctor sends in clear, as it stands in the specifications. */
const CLEAR = ["open sesame", "mF_9.B5f-4.1JqM"];

const schema = z.object({
  verdict: z.string(),
  record: z.string(),
  stream: z.string(),
  health: z.object({ status: z.number().nullable() }),
  otlp: z.object({ status: z.number().nullable(), message: z.string() }),
  sinks: z.array(
    z.object({
      sink: z.string(),
      arrival: z.object({ record: z.string(), clear: z.array(z.string()) }).nullable(),
      hint: z.string().nullable(),
    }),
  ),
  figures: z.array(z.object({ name: z.string(), of: z.string(), value: z.number() })).nullable(),
});

const SILENT = "http://127.0.0.1:1/";

/** The same configuration, without the processor that masks. */
function withoutRedaction(file: string): string {
  const processors = "processors: [filter/audit_only]";
  const pipelines = `logs/audit: { ${processors} }\n    logs/spool: { ${processors} }`;
  writeFileSync(file, `service:\n  pipelines:\n    ${pipelines}\n`);
  return file;
}

describe.skipIf(skipped !== undefined)("the doctor", () => {
  const root = mkdtempSync(path.join(tmpdir(), "otel-audit-doctor-"));
  let directories = 0;
  const newDir = (): string => path.join(root, String(++directories));

  async function start(options: Partial<CollectorOptions> = {}): Promise<RunningCollector> {
    const collector = await startCollector({ dir: newDir(), ...options });
    onTestFinished(async () => void (await collector.stop()));
    return collector;
  }

  async function ask(
    collector: RunningCollector,
    args: readonly string[] = [],
  ): Promise<z.infer<typeof schema> & { readonly code: number | null }> {
    const { code, out, err } = await runCommand([
      "collector",
      "doctor",
      "-o",
      "json",
      "--endpoint",
      collector.httpEndpoint,
      "--metrics",
      collector.metricsUrl,
      "--health",
      SILENT,
      "--directory",
      collector.dir,
      ...args,
    ]);
    expect(err).toBe("");
    return { ...schema.parse(JSON.parse(out)), code };
  }

  beforeAll(async () => {
    await buildCollector();
    await buildVictoriaLogs();
  }, BUILD_TIMEOUT_MILLIS);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("finds its record in both files and in a backend, masked; verify is content with it", async () => {
    const backend = await startVictoriaLogs(newDir());
    onTestFinished(async () => void (await backend.stop()));
    const collector = await start({
      overlays: ["overlays/otlp.yaml"],
      env: { AUDIT_OTLP_BACKEND: backend.endpoint },
    });
    const query = `${new URL(backend.endpoint).origin}/select/logsql/query?query=audit.record.id:="{id}"`;
    const { code, verdict, sinks, figures, otlp, record } = await ask(collector, [
      "--query",
      query,
      "--timeout",
      "30",
    ]);
    expect({ code, verdict, status: otlp.status }).toEqual({
      code: 0,
      verdict: "arrived",
      status: 200,
    });
    expect(sinks.map(({ sink, arrival }) => [sink, arrival?.clear])).toEqual([
      ["audit.jsonl", []],
      ["audit.csv", []],
      ["query", []],
    ]);
    for (const { arrival } of sinks) {
      expect(arrival?.record).toContain(record);
      expect(arrival?.record).toContain("****");
    }
    expect(figures?.map(({ name }) => name)).toContain("exporter_queue_size");
    for (const file of [collector.jsonFile, collector.csvFile])
      for (const clear of CLEAR) expect(readFileSync(file, "utf8")).not.toContain(clear);
    const { codes } = await verified([collector.jsonFile]);
    expect(codes).toEqual(["nothing_signed", "records_unsigned", "stream_unclosed"]);
  });

  it("says where a pipeline without redaction lets a secret through", async () => {
    const overlay = withoutRedaction(path.join(root, "clear.yaml"));
    const collector = await start({ overlays: [overlay] });
    const { code, verdict, sinks } = await ask(collector);
    expect({ code, verdict }).toEqual({ code: 1, verdict: "unmasked" });
    expect(sinks.map(({ arrival }) => arrival?.clear.length)).toEqual([2, 2]);
    const { out } = await runCommand([
      "collector",
      "doctor",
      "--endpoint",
      collector.httpEndpoint,
      "--directory",
      collector.dir,
    ]);
    expect(out.trimEnd().split("\n").at(-1)).toMatch(/^NOT MASKED: audit\.jsonl and audit\.csv /);
  });

  it("says which sink a record does not reach", async () => {
    const overlay = path.join(root, "no-csv.yaml");
    const drop = `processors: { filter/csv_results: { log_conditions: ['log.time_unix_nano > 0'] } }\n`;
    writeFileSync(overlay, drop);
    const collector = await start({ overlays: [overlay] });
    const { code, verdict, sinks } = await ask(collector, ["--timeout", "8"]);
    expect({ code, verdict }).toEqual({ code: 1, verdict: "missing" });
    expect(sinks.map(({ sink, arrival }) => [sink, arrival === null])).toEqual([
      ["audit.jsonl", false],
      ["audit.csv", true],
    ]);
    expect(sinks[1]?.hint).toContain("the pipeline that writes audit.csv");
  });

  it("says that another directory is looked at than is written", async () => {
    const collector = await start();
    const elsewhere = newDir();
    mkdirSync(elsewhere);
    const { code, verdict, sinks } = await ask(collector, [
      "--directory",
      elsewhere,
      "--timeout",
      "1",
    ]);
    expect({ code, verdict }).toEqual({ code: 1, verdict: "missing" });
    expect(sinks.map(({ hint }) => hint)).toEqual([
      expect.stringContaining(`is ${elsewhere} the AUDIT_COLLECTOR_DIR`),
      expect.stringContaining(`is ${elsewhere} the AUDIT_COLLECTOR_DIR`),
    ]);
  });

  it("says that a sink refuses", async () => {
    const collector = await start();
    const dir = newDir();
    mkdirSync(dir);
    const server = createServer((_, response) => void response.writeHead(503).end("disk full"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, verdict, otlp } = await ask(collector, [
      "--endpoint",
      `http://127.0.0.1:${port}`,
      "--timeout",
      "1",
    ]);
    expect({ code, verdict, otlp }).toMatchObject({
      code: 1,
      verdict: "missing",
      otlp: { status: 503, message: "disk full" },
    });
  });

  it("says that nothing runs, and what to do; nowhere to look is no success", async () => {
    const [port = 0] = await freePorts(1);
    const endpoint = ["--endpoint", `http://127.0.0.1:${port}`];
    const { code, out, err } = await runCommand(["collector", "doctor", ...endpoint, "-d", root]);
    expect({ code, err }).toEqual({ code: 4, err: "" });
    expect(out).toContain("ECONNREFUSED");
    expect(out).toContain("start the Collector");
    const collector = await start();
    const [, http = ""] = collector.httpEndpoint.split("//");
    const env = { AUDIT_OTLP_HTTP_ENDPOINT: http };
    const blind = await runCommand(["collector", "doctor"], { env });
    expect(blind.code).toBe(4);
    expect(blind.out).toContain("pass --directory or --query");
  });
});

it.each<[args: string[], code: number, text: string]>([
  [["--query", "http://127.0.0.1/x"], 2, "--query must have {id}"],
  [["--query", "127.0.0.1/{id}"], 2, "--query must be an http or https URL"],
  [["--timeout", "0"], 2, "--timeout must be a whole number from 1"],
  [["--endpoint", "h:1"], 2, "--endpoint must be an http or https URL"],
  [["--directory", "/nowhere/at/all"], 3, "/nowhere/at/all is no directory"],
])("%j is refused", async (args, code, text) => {
  const ran = await runCommand(["collector", "doctor", ...args]);
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
  expect(ran.err).toContain(text);
});
