/** `otel-audit collector run` and `build`, through their program, with the real Collector. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCollector } from "../../collector-config/build/build.ts";
import { renderOverlay } from "../../src/collector/index.ts";
import { CSV_HEADER } from "../../src/format/index.ts";
import { COMMAND } from "../support/command-line.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import { eventually, freePorts } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, CONFIG_DIR, whyNoCollector } from "./collector-process.ts";
import { runPrepared } from "../support/prepared-command.ts";

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

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = root) {
  return runPrepared(["collector", ...args], { cwd, env: cleanEnv({ PATH: "/nowhere", ...env }) });
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

describe("the redaction policy of otel-audit collector run", () => {
  const binary = pretender("takes", 'if [ "$1" = validate ]; then exit 0; fi; echo "$@"');
  const policy = path.join(root, "policy of one.yaml");
  const overlayText = (): string =>
    renderOverlay({ version: 1, keys: [{ names: ["badge"] }] }).text;
  let directories = 0;
  const start = (...args: readonly string[]): readonly string[] => {
    directories += 1;
    return ["run", "-b", binary, "-d", path.join(root, `policy ${directories}`), ...args];
  };
  const directory = (): string => path.join(root, `policy ${directories}`);

  beforeAll(() => {
    writeFileSync(policy, "version: 1\nkeys: [{ names: [badge] }]\n", { mode: 0o600 });
  });

  it.each([
    ["--policy", ["--policy", policy], {}],
    ["AUDIT_REDACTION_FILE", [], { AUDIT_REDACTION_FILE: policy }],
  ])("of %s stands behind our configuration, and the start says so", (_, args, env) => {
    const { code, out, err } = run(start(...args, "--overlay", "otlp"), env);
    const overlay = path.join(directory(), "redaction-overlay.yaml");
    expect({ code, out }).toEqual({
      code: 0,
      out: `--config ${CONFIG_DIR}/config.yaml --config ${overlay} --config ${COLLECTOR_OVERLAYS}/otlp.yaml\n`,
    });
    expect(err).toContain(`redaction: the built-in rules and ${policy}, by ${overlay}; `);
    expect(readFileSync(overlay, "utf8")).toBe(overlayText());
    expect(statSync(overlay).mode & 0o777).toBe(0o600);
  });

  it("is ./redaction.yaml where that is there", () => {
    const here = mkdtempSync(path.join(root, "here-"));
    copyFileSync(policy, path.join(here, "redaction.yaml"));
    const { code, err } = run(start(), {}, here);
    expect(code).toBe(0);
    expect(err).toContain("redaction: the built-in rules and redaction.yaml, by ");
  });

  it("is none where there is none, and that is said", () => {
    const { out, err } = run(start());
    expect(out).toBe(`--config ${CONFIG_DIR}/config.yaml\n`);
    expect(err).toMatch(/^otel-audit: redaction: the built-in rules; no redaction policy/m);
  });

  it("has to stand in a configuration of one's own, or the overlay behind it", () => {
    const own = path.join(root, "own.yaml");
    copyFileSync(path.join(CONFIG_DIR, "config.yaml"), own);
    const stale = run(start("--config", own, "--policy", policy));
    expect(stale).toMatchObject({ code: 2, out: "" });
    expect(stale.err).toContain(
      `${own} is stale: its redaction is not that of ${policy}; run otel-audit collector render --policy '${policy}' '${own}'`,
    );
    const overlay = path.join(root, "rendered.yaml");
    writeFileSync(overlay, overlayText());
    const behind = run(start("--config", own, "--overlay", overlay, "--policy", policy));
    expect(behind).toMatchObject({ code: 0, out: `--config ${own} --config ${overlay}\n` });
    expect(run(["render", "-q", "--policy", policy, own]).code).toBe(0);
    const mended = run(start("--config", own, "--policy", policy));
    expect(mended).toMatchObject({ code: 0, out: `--config ${own}\n` });
    expect(mended.err).toContain(
      `redaction: the built-in rules and ${policy}, as they stand in ${own}`,
    );
    // Nobody says here what it was rendered from.
    const unknown = run(start("--config", own));
    expect(unknown.code).toBe(0);
    expect(unknown.err).toContain(
      `redaction: as it stands in ${own}, which is not that of the built-in`,
    );
  });

  it("is said not to count where a configuration has a redaction of another making", () => {
    const other = path.join(root, "other.yaml");
    const text = readFileSync(path.join(CONFIG_DIR, "config.yaml"), "utf8");
    writeFileSync(other, text.replaceAll(/^ *# (>>>|<<<) redaction.*\n/gm, ""));
    const { code, err } = run(start("--config", other, "--policy", policy));
    expect(code).toBe(0);
    expect(err).toContain(`the redaction policy ${policy} is not looked at: ${other} has no `);
  });

  it("with an error keeps it from starting", () => {
    const wrong = path.join(root, "wrong.yaml");
    writeFileSync(wrong, "version: 1\nkeys: [{ nmes: [x] }]\n", { mode: 0o600 });
    expect(run(start("--policy", wrong))).toMatchObject({ code: 2, out: "" });
  });

  it("is in the command that --dry-run prints, and nothing is written", () => {
    const { code, out } = run(start("--policy", policy, "--dry-run"));
    expect(code).toBe(0);
    expect(out).toContain("redaction-overlay.yaml");
    expect(existsSync(directory())).toBe(false);
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
    const policy = path.join(root, "real policy.yaml");
    writeFileSync(policy, "version: 1\nkeys: [{ names: [badge] }]\n", { mode: 0o600 });
    const args = [COMMAND, "collector", "run", "-b", binary, "-d", directory, "--policy", policy];
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
      body: { badge: "B-1234", other: "stays" },
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
    const written = readFileSync(path.join(directory, "audit.jsonl"), "utf8");
    expect(written).not.toContain("B-1234");
    expect(written).toContain("stays");
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
