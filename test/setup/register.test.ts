/** Zero code, as child processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { VIEWS, VIEWS_IN_TIME } from "../support/views.ts";

const programs = join(import.meta.dirname, "programs");

// The first audit log of a user says that it made the signing key: here that is this one.
beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "otel-audit-test-"));
  const audit = await createAudit({ directory, format: "journal" });
  await audit.close();
  rmSync(directory, { recursive: true });
});

const root = join(import.meta.dirname, "../..");
const REGISTER = ["-C", "@otel-audit/source", "--import", "otel-audit/register"];

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end, with no AUDIT_ or OTEL_ variable but those given. */
async function run(
  program: string,
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[] = REGISTER,
): Promise<Ended> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS)/.test(name)),
  );
  const child = spawn(process.execPath, [...nodeArgs, join(programs, program)], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

const ANSWERED = 'listening\nanswered {"fine":true}\n';
const NO_TRACER =
  /^otel-audit: no OpenTelemetry tracer provider is registered: .*AUDIT_OTEL_SDK=on\n$/;

test.each(["app.mjs", "app.cjs"])("%s is audited, and ends by itself", async (program) => {
  const directory = join(temporaryDirectory(), "audit");
  const ended = await run(program, { AUDIT_LOG_DIR: directory });
  expect(ended).toEqual({
    code: 0,
    out: ANSWERED,
    err: expect.stringMatching(NO_TRACER) as string,
  });
  expect(recordsIn(directory).map(({ attributes }) => attributes["rpc.method"])).toEqual([
    "probe.Probe/Do",
  ]);
});

test.each(["app.mjs", "app.cjs"])("%s has its views", VIEWS_IN_TIME, async (program) => {
  const directory = join(temporaryDirectory(), "audit");
  await run(program, { AUDIT_LOG_DIR: directory });
  expect(readdirSync(directory)).toEqual(expect.arrayContaining([...VIEWS]));
});

test.each(["app.mjs", "app.cjs"])("%s with an SDK of ours has trace ids", async (program) => {
  const directory = temporaryDirectory();
  const ended = await run(program, { AUDIT_LOG_DIR: directory, AUDIT_OTEL_SDK: "on" });
  expect(ended).toEqual({ code: 0, out: ANSWERED, err: "" });
  const [record] = recordsIn(directory);
  expect(record?.traceId).toMatch(/^[0-9a-f]{32}$/);
});

test.each(["plain", "worker"])(
  "NODE_OPTIONS works, and threads are left alone (%s)",
  async (mode) => {
    const directory = temporaryDirectory();
    const ended = await run(
      "app.mjs",
      { AUDIT_LOG_DIR: directory, NODE_OPTIONS: REGISTER.join(" "), MODE: mode },
      [],
    );
    expect(ended).toMatchObject({ code: 0, out: ANSWERED });
    expect(recordsIn(directory)).toHaveLength(1);
    expect(readdirSync(join(directory, "journal"))).toHaveLength(1);
  },
);

test("without AUDIT_LOG_DIR: one line, no file, the service runs", async () => {
  const ended = await run("app.mjs", {});
  expect(ended).toEqual({
    code: 0,
    out: ANSWERED,
    err: "otel-audit: AUDIT_LOG_DIR is not set: nothing is audited\n",
  });
});

test("format none: one line, no file", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const ended = await run("app.mjs", { AUDIT_LOG_DIR: directory, AUDIT_LOG_FORMAT: "none" });
  expect(ended).toEqual({
    code: 0,
    out: ANSWERED,
    err: "otel-audit: auditing is switched off (format none): nothing is recorded\n",
  });
  expect(existsSync(directory)).toBe(false);
});

test.each<[name: string, policy: string, env: Readonly<Record<string, string>>, text: RegExp]>([
  ["a bad policy", "version: 1\nrule: []\n", {}, /audit\.yaml:2:1: unknown key "rule"/],
  [
    "required, and no directory",
    "version: 1\nrequired: true\n",
    { AUDIT_LOG_DIR: "" },
    /AUDIT_LOG_DIR is not set: nothing is audited, but the audit policy says required: true/,
  ],
  [
    "required, and format none",
    "version: 1\nrequired: true\n",
    { AUDIT_LOG_FORMAT: "none" },
    /auditing is switched off \(format none\), but .*audit\.yaml:2:11 says required: true/,
  ],
  [
    "required, and a directory that cannot be made",
    "version: 1\nrequired: true\n",
    { AUDIT_LOG_DIR: "/dev/null/audit" },
    /cannot write the audit directory "\/dev\/null\/audit"/,
  ],
  [
    "a wrong option",
    "version: 1\n",
    { AUDIT_LOG_FORMAT: "xml" },
    /AUDIT_LOG_FORMAT must be one of/,
  ],
  [
    "a policy that is not there",
    "version: 1\n",
    { AUDIT_POLICY_FILE: "/nowhere/audit.yaml" },
    /cannot read the audit policy \/nowhere\/audit\.yaml/,
  ],
])("%s keeps the service from listening", async (_name, policy, env, text) => {
  const directory = temporaryDirectory();
  const path = join(directory, "audit.yaml");
  writeFileSync(path, policy, { mode: 0o600 });
  for (const program of ["app.mjs", "app.cjs"]) {
    const ended = await run(program, {
      AUDIT_LOG_DIR: join(directory, "audit"),
      AUDIT_POLICY_FILE: path,
      ...env,
    });
    expect(ended.out).toBe("");
    expect(ended.code).not.toBe(0);
    expect(ended.code).not.toBeNull();
    expect(ended.err).toMatch(text);
  }
});

test("a directory that cannot be made stops nobody else: one loud line", async () => {
  const ended = await run("app.mjs", { AUDIT_LOG_DIR: "/dev/null/audit" });
  expect(ended).toMatchObject({ code: 0, out: ANSWERED });
  expect(ended.err).toMatch(/^otel-audit: NOTHING IS AUDITED, .*"\/dev\/null\/audit".*\n$/);
});

test("a service that was added before otel-audit was loaded is audited, with a line about servers that listen", async () => {
  const directory = temporaryDirectory();
  const ended = await run("app.cjs", { AUDIT_LOG_DIR: directory }, [
    "-r",
    join(programs, "early.cjs"),
    ...REGISTER,
  ]);
  expect(ended).toMatchObject({ code: 0, out: ANSWERED });
  expect(ended.err).toMatch(/@grpc\/grpc-js was loaded before otel-audit/);
  expect(recordsIn(directory).map(({ attributes }) => attributes["rpc.method"])).toEqual([
    "probe.Probe/Do",
  ]);
});

test("a process that serves nothing gets no file and no thread", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const plain = await run("no-server.mjs", {}, []);
  const registered = await run("no-server.mjs", { AUDIT_LOG_DIR: directory });
  expect(registered).toEqual(plain);
  expect(registered).toMatchObject({ code: 0, err: "" });
  expect(existsSync(directory)).toBe(false);
});
