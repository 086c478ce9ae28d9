/**
 * `otel-audit collector render --merge`: the audit trail in a Collector that others configured. Each
 * of `hosts/` is merged with it, as text, and in the real Collector: their logs go where they went.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { buildCollector } from "../../collector-config/build/build.ts";
import { MERGE_HEAD } from "../../src/collector/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { eventually, freePorts, startServer } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, CONFIG_DIR, whyNoCollector } from "./collector-process.ts";
import { auditRequest, logRequest, postLogs } from "./merged-requests.ts";
import { type Ran, runPrepared } from "../support/prepared-command.ts";

const HOSTS = path.join(import.meta.dirname, "hosts");
const NAMES = readdirSync(HOSTS).toSorted();

type Components = Record<string, unknown>;
interface Configuration {
  readonly receivers: Components;
  readonly processors?: Components;
  readonly exporters: Components;
  readonly extensions?: Components;
  readonly connectors?: Components;
  readonly service: {
    readonly extensions?: string[];
    readonly telemetry?: unknown;
    readonly pipelines: Record<string, Record<string, string[]>>;
  };
}
const SECTIONS = ["receivers", "processors", "exporters", "extensions", "connectors"] as const;

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/collector/merge-overlay: ${skipped}\n\n`);

const root = mkdtempSync(path.join(tmpdir(), "otel-audit-merge-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let files = 0;
function fileWith(text: string): string {
  const file = path.join(root, `${++files}.yaml`);
  writeFileSync(file, text);
  return file;
}

function command(...args: readonly string[]): Ran {
  return runPrepared(["collector", ...args], { cwd: root, env: { PATH: process.env["PATH"] } });
}

const configurationIn = (file: string): Configuration =>
  parse(readFileSync(file, "utf8")) as Configuration;

/** What the command writes for a host, and the host with the line that the command asks for. */
function merged(host: string): { readonly overlay: string; readonly edited: string } {
  const overlay = path.join(root, `${++files}-audit.yaml`);
  const { code, err } = command("render", "--quiet", "--merge", host, overlay);
  expect(code).toBe(0);
  const [, line = ""] = /below service: (.*)\n/.exec(err) ?? expect.fail(err);
  const configuration = configurationIn(host);
  const { extensions } = parse(line) as { extensions: string[] };
  const service = { ...configuration.service, extensions };
  return { overlay, edited: fileWith(stringify({ ...configuration, service })) };
}

describe("render --merge", () => {
  it("writes each component of config.yaml under a name of its own", () => {
    const { overlay } = merged(path.join(HOSTS, "first-steps.yaml"));
    const ours = configurationIn(path.join(CONFIG_DIR, "config.yaml"));
    const renamed = configurationIn(overlay);
    expect(readFileSync(overlay, "utf8").startsWith(MERGE_HEAD)).toBe(true);
    const { health_check: _, ...extensions } = ours.extensions ?? {};
    for (const section of SECTIONS) {
      const of = section === "extensions" ? extensions : (ours[section] ?? {});
      const names = Object.keys(renamed[section] ?? {});
      expect(names.filter((name) => !name.includes("audit"))).toEqual([]);
      expect(names).toHaveLength(Object.keys(of).length);
    }
    for (const name of ["redaction/names", "redaction/shapes", "redaction/assigned"]) {
      const [type, last] = name.split("/");
      expect(renamed.processors?.[`${type}/audit_${last}`]).toEqual(ours.processors?.[name]);
    }
    expect(renamed.processors?.["transform/audit_csv"]).toEqual(
      ours.processors?.["transform/audit_csv"],
    );
    expect(Object.keys(renamed.service)).toEqual(["pipelines"]);
    expect(renamed.service.pipelines["logs/audit"]?.["processors"]).toEqual(
      ours.service.pipelines["logs/audit"]?.["processors"]?.map((name) =>
        name.includes("audit")
          ? name
          : name.includes("/")
            ? name.replace("/", "/audit_")
            : `${name}/audit`,
      ),
    );
  });

  it("takes the redaction policy of the service along", () => {
    const policy = fileWith("version: 1\nkeys: [{ names: [badge] }]\n");
    const host = path.join(HOSTS, "docker.yaml");
    expect(command("render", "-q", "--policy", policy, "--merge", host).out).toContain("badge");
    expect(command("render", "-q", "--merge", host).out).not.toContain("badge");
  });

  it("--check compares what it wrote, and nothing else is overwritten", () => {
    const host = path.join(HOSTS, "docker.yaml");
    const { overlay } = merged(host);
    expect(command("render", "--check", "--merge", host, overlay).code).toBe(0);
    writeFileSync(overlay, `${readFileSync(overlay, "utf8")}\n`);
    expect(command("render", "--check", "--merge", host, overlay).code).toBe(1);
    const theirs = fileWith(readFileSync(host, "utf8"));
    const { code, err } = command("render", "--merge", host, theirs);
    expect(code).toBe(2);
    expect(err).toContain("was not written by --merge, and would be overwritten");
    expect(readFileSync(theirs, "utf8")).toBe(readFileSync(host, "utf8"));
  });

  it.each([
    ["exporters", "exporters: { file/audit_json: { path: /tmp/x } }\n"],
    ["service.pipelines", "service: { pipelines: { logs/audit: { receivers: [] } } }\n"],
  ])("refuses a name of ours among %s of the other", (section, text) => {
    const { code, out, err } = command("render", "--merge", fileWith(text));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`${section}.`);
    expect(err).toContain("is a name of the audit trail too");
  });

  it("says nothing where the other names the extensions already", () => {
    const { edited } = merged(path.join(HOSTS, "docker.yaml"));
    expect(command("render", "--quiet", "--merge", edited).err).toBe("");
  });
});

describe.each(NAMES)("merged behind %s", (name) => {
  it("changes nothing of theirs, and loses no audit record", () => {
    const { overlay, edited } = merged(path.join(HOSTS, name));
    const theirs = configurationIn(edited);
    const ours = configurationIn(overlay);
    for (const section of SECTIONS) {
      const names = new Set(Object.keys(ours[section] ?? {}));
      expect(Object.keys(theirs[section] ?? {}).filter((other) => names.has(other))).toEqual([]);
    }
    // Their own logs of audit events are another matter.
    const only = ["--strict", "--pipeline", "logs/audit"];
    expect(command("validate", ...only, edited, overlay)).toMatchObject({ code: 0, out: "" });
  });

  it("is refused before it starts where their list lacks the extensions", () => {
    const { overlay } = merged(path.join(HOSTS, name));
    const { code, out } = command(
      "validate",
      "--pipeline",
      "logs/audit",
      path.join(HOSTS, name),
      overlay,
    );
    expect(code).toBe(1);
    expect(out).toMatch(/extension_not_started .*file_storage\/audit_queue/);
  });
});

describe.skipIf(skipped !== undefined)("in the real Collector", () => {
  let binary: string;
  let known: ReadonlySet<string>;
  beforeAll(async () => {
    binary = await buildCollector();
    const list = parse(execFileSync(binary, ["components"], { encoding: "utf8" })) as Record<
      string,
      unknown
    >;
    known = new Set(
      Object.values(list)
        .flatMap((part) => (Array.isArray(part) ? (part as readonly { name?: string }[]) : []))
        .flatMap(({ name }) => name ?? []),
    );
  }, BUILD_TIMEOUT_MILLIS);

  /** Without what our build has not (batch, jaeger, …), at free ports, and with logs that can be read. */
  function runnable(file: string, ports: ReadonlyMap<number, number>): string {
    const text = readFileSync(file, "utf8")
      .replace(/\b(4317|4318|13133|8888)\b/g, (port) => String(ports.get(Number(port))))
      .replace(/^ {2}debug:.*/m, "  debug: { verbosity: detailed }");
    const host = parse(text) as Configuration;
    const has = (id: string): boolean => known.has(id.split("/")[0] ?? "");
    for (const section of SECTIONS) {
      for (const id of Object.keys(host[section] ?? {})) if (!has(id)) delete host[section]?.[id];
    }
    for (const [id, pipeline] of Object.entries(host.service.pipelines)) {
      for (const [part, ids] of Object.entries(pipeline)) pipeline[part] = ids.filter(has);
      if (pipeline["receivers"]?.length === 0) delete host.service.pipelines[id];
    }
    return fileWith(stringify(host));
  }

  it.each(NAMES)("%s: their logs go where they went, and audit records do not", async (name) => {
    const [grpc, http, health, metrics, auditGrpc, auditHttp, spool] = await freePorts(7);
    const ports = new Map([
      [4317, grpc ?? 0],
      [4318, http ?? 0],
      [13133, health ?? 0],
      [8888, metrics ?? 0],
    ]);
    const { overlay, edited } = merged(runnable(path.join(HOSTS, name), ports));
    const dir = temporaryDirectory();
    expect(command("prepare", "--directory", dir).code).toBe(0);
    const server = await startServer(binary, ["--config", edited, "--config", overlay], {
      env: {
        MY_POD_IP: "127.0.0.1",
        THEIR_DIR: temporaryDirectory(),
        AUDIT_COLLECTOR_DIR: dir,
        AUDIT_OTLP_GRPC_ENDPOINT: `127.0.0.1:${auditGrpc}`,
        AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${auditHttp}`,
        AUDIT_SPOOL_ENDPOINT: `127.0.0.1:${spool}`,
      },
      healthUrl: `http://127.0.0.1:${metrics}/metrics`,
    });
    const trail = (): string => readFileSync(path.join(dir, "audit.jsonl"), "utf8");
    // Their log at our door is no audit record: it stands in no file of ours, nor in theirs.
    await postLogs(auditHttp, logRequest("stray line"));
    await postLogs(auditHttp, auditRequest("Sabcdefghijklmno.1"));
    await eventually(async () => (trail().includes("Sabcdefghijklmno.1") ? true : undefined));
    expect(readFileSync(path.join(dir, "audit.csv"), "utf8")).toContain("Sabcdefghijklmno.1");

    await postLogs(http, logRequest("their line"));
    await eventually(async () => (server.output().includes("their line") ? true : undefined));
    expect(server.output()).not.toContain("Sabcdefghijklmno.1");
    expect(server.output()).not.toContain("stray line");
    expect(trail()).not.toMatch(/stray line|their line/);
    expect(readFileSync(path.join(dir, "unproven.jsonl"), "utf8")).toBe("");
    expect(await server.stop()).toBe(0);
  });
});
