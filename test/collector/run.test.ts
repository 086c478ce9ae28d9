/** `otel-audit collector run` and `build`, through their program, with the real Collector. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCollector } from "../../collector-config/build/build.ts";
import { CSV_HEADER } from "../../src/format/index.ts";
import { COMMAND } from "../support/command-line.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import { eventually, freePorts } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, CONFIG_DIR, whyNoCollector } from "./collector-process.ts";

const COLLECTOR_OVERLAYS = path.join(CONFIG_DIR, "overlays");
const skipped = whyNoCollector();
if (skipped !== undefined) process.stderr.write(`\notel-audit: test/collector/run: ${skipped}\n\n`);

const root = mkdtempSync(path.join(tmpdir(), "otel-audit-run-"));
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

/** Variables without those of whoever runs the tests. */
function cleanEnv(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith("AUDIT_"));
  return { ...Object.fromEntries(ours), XDG_CACHE_HOME: path.join(root, "cache"), ...more };
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "collector", ...args], {
    cwd: root,
    env: cleanEnv({ PATH: "/nowhere", ...env }),
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

/** A program that prints its arguments and ends. */
function pretender(name: string, script: string): string {
  const file = path.join(root, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("otel-audit collector run", () => {
  it("says what to do where there is no Collector", () => {
    const { code, out, err } = run(["run"]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(
      /there is no Collector: put .* on PATH, .* or build ours with otel-audit collector build/,
    );
  });

  it.each([
    [["--binary", "none"], /--binary none: there is no program by that name/],
    [
      ["--binary", "/bin/sh", "--overlay", "kafkaa"],
      /--overlay kafkaa: there is no such file, and ours are /,
    ],
    [
      ["--binary", "/bin/sh", "--config", "none.yaml"],
      /--config none\.yaml: there is no such file/,
    ],
  ])("refuses %j", (args, text) => {
    const { code, err } = run(["run", ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(text);
  });

  it("--dry-run prints a command for a shell and touches nothing", () => {
    const directory = path.join(root, "with blank");
    const binary = pretender("otelcol-contrib", "exit 9");
    const more = path.join(root, "it's more.yaml");
    writeFileSync(more, "{}");
    const { code, out } = run(["run", "-d", directory, "--overlay", more, "--dry-run"], {
      PATH: root,
    });
    expect(code).toBe(0);
    expect(out).toMatch(/config\.yaml --config '.*it'\\''s more\.yaml'\n$/);
    const shell = spawnSync("/bin/sh", ["-c", out.replace(binary, "printf '%s|'")], {
      encoding: "utf8",
    });
    expect(shell.stdout.split("|").slice(0, 1)).toEqual(["--config"]);
    expect(shell.stdout).toContain(`|${more}|`);
    expect(() => readFileSync(path.join(directory, "audit.csv"))).toThrow(/ENOENT/);
  });

  it.each([
    ["its own code", 'if [ "$1" = validate ]; then exit 0; fi; exit 7', 7],
    ["128 and the signal's number", 'if [ "$1" = validate ]; then exit 0; fi; kill -9 $$', 137],
  ])("ends with the Collector: %s", (name, script, code) => {
    const binary = pretender(`pretends ${name}`, script);
    expect(run(["run", "-b", binary, "-d", path.join(root, `d ${name}`)]).code).toBe(code);
  });

  it("names a directory that it cannot use", () => {
    const file = path.join(root, "a file");
    writeFileSync(file, "");
    const { code, err } = run(["run", "-b", "/bin/sh", "-d", path.join(file, "below")]);
    expect(code).toBe(3);
    expect(err).toMatch(
      /cannot use the Collector's directory .*; make it writable, or name another/,
    );
  });

  it("does not run what loses records, unless it is told to", () => {
    const binary = pretender("runs", 'if [ "$1" = validate ]; then exit 0; fi; echo started');
    const overlay = path.join(root, "in-memory.yaml");
    writeFileSync(
      overlay,
      "exporters: { otlp_grpc/spool: { sending_queue: { storage: null } } }\n",
    );
    const args = ["run", "-b", binary, "-d", path.join(root, "loses"), "--overlay", overlay];
    const { code, out, err } = run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const [, found = ""] = /--ignore (\w+)/.exec(err) ?? [];
    expect(err).toMatch(/in-memory\.yaml:1:\d+ error \w+ exporters\.otlp_grpc\/spool: /);
    expect(run([...args, "--ignore", found])).toMatchObject({ code: 0, out: "started\n" });
  });

  it("does not open to everybody what its variables would", () => {
    const binary = pretender("opens", 'if [ "$1" = validate ]; then exit 0; fi; echo started');
    const args = ["run", "-b", binary, "-d", path.join(root, "opens to all")];
    const { code, out, err } = run(args, { AUDIT_OTLP_HTTP_ENDPOINT: "0.0.0.0:4318" });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/config\.yaml:\d+:\d+ error listener_open receivers\.otlp: .*0\.0\.0\.0/);
    expect(run(args, { AUDIT_OTLP_HTTP_ENDPOINT: "127.0.0.1:4318" }).code).toBe(0);
  });

  it("does not take a password of the environment for one in the file, and shows none", () => {
    const binary = pretender("asks", 'if [ "$1" = validate ]; then exit 0; fi; echo started');
    const overlay = path.join(COLLECTOR_OVERLAYS, "clickhouse.yaml");
    const args = ["run", "-b", binary, "-d", path.join(root, "password"), "--overlay", overlay];
    const { code, err } = run(args, { AUDIT_CLICKHOUSE_PASSWORD: "hunter2" });
    expect(err).not.toMatch(/hunter2|credential_in_file/);
    expect(code).toBe(0);
  });

  it("does not run what the Collector refuses, and shows why", () => {
    const binary = pretender(
      "refuses",
      'if [ "$1" = validate ]; then echo "no such exporter" >&2; exit 1; fi; echo started',
    );
    const { code, out, err } = run(["run", "-b", binary, "-d", path.join(root, "refused")]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain("no such exporter");
  });
});

describe.skipIf(skipped !== undefined)("with the real Collector", () => {
  let binary: string;
  beforeAll(async () => {
    binary = await buildCollector();
  }, BUILD_TIMEOUT_MILLIS);

  async function ports() {
    const [grpc, http, health, metrics, spool] = await freePorts(5);
    return {
      AUDIT_OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpc}`,
      AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${http}`,
      AUDIT_HEALTH_ENDPOINT: `127.0.0.1:${health}`,
      AUDIT_METRICS_PORT: String(metrics),
      AUDIT_SPOOL_ENDPOINT: `127.0.0.1:${spool}`,
    };
  }

  it("prepares, runs, keeps a second one out, and ends on a signal", async () => {
    const env = await ports();
    const directory = path.join(root, "real");
    const args = [COMMAND, "collector", "run", "-b", binary, "-d", directory];
    const child = spawn(process.execPath, args, { cwd: root, env: cleanEnv(env), stdio: "ignore" });
    children.add(child);
    const ended = once(child, "exit");
    await eventually(async () =>
      (await fetch(`http://${env.AUDIT_HEALTH_ENDPOINT}/`).catch(() => undefined))?.ok === true
        ? true
        : undefined,
    );
    const record = {
      attributes: {
        "audit.record.id": "Sabcdefghijklmno.1",
        "audit.record.kind": "result",
        "audit.integrity.fields": `note:${"c".repeat(43)}:${"s".repeat(22)}`,
      },
      body: {},
    };
    const answer = await fetch(`http://${env.AUDIT_OTLP_HTTP_ENDPOINT}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: otlpRequest([record]),
    });
    expect(answer.status).toBe(200);
    await eventually(async () =>
      readFileSync(path.join(directory, "audit.jsonl"), "utf8").includes("Sabcdefghijklmno.1")
        ? true
        : undefined,
    );
    expect(readFileSync(path.join(directory, "audit.csv"), "utf8")).toContain(CSV_HEADER);

    const sameEndpoints = run(["run", "-b", binary, "-d", path.join(root, "other")], env);
    expect(sameEndpoints.code).toBe(3);
    expect(sameEndpoints.err).toMatch(
      /a Collector runs already: it answers at 127\.0\.0\.1:\d+; stop it/,
    );
    const sameDirectory = run(["run", "-b", binary, "-d", directory], await ports());
    expect(sameDirectory.code).toBe(3);
    expect(sameDirectory.err).toMatch(/a Collector runs already: it holds .*collector\.lock/);
    const repair = run(["prepare", "-d", directory]);
    expect(repair.code).toBe(3);
    expect(repair.err).toMatch(/a Collector runs already: it holds .*collector\.lock/);

    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });
});
