/** An audited process behaves like the same process without an audit log. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { VIEWS, VIEWS_IN_TIME } from "../support/views.ts";

const root = join(import.meta.dirname, "../..");
const program = (name: string): string => join(import.meta.dirname, "programs", name);
const REGISTER = ["-C", "@otel-audit/source", "--import", "otel-audit/register"];

/** Events that Node itself listens for in every process. */
const NODES_OWN = "newListener removeListener warning";

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string = root,
): Promise<Ended> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS)/.test(name)),
  );
  const child = spawn(command, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, out, err };
}

const runNode = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  run(process.execPath, args, env);

describe("a process that never audits", () => {
  test.each<[name: string, env: Readonly<Record<string, string>>]>([
    ["no gRPC at all", {}],
    ["a gRPC client", { WITH: "grpc" }],
  ])("%s: no file, thread, timer or listener", async (_name, env) => {
    const directory = join(temporaryDirectory(), "audit");
    const plain = await runNode([program("quiet.mjs")], env);
    const registered = await runNode([...REGISTER, program("quiet.mjs")], {
      ...env,
      AUDIT_LOG_DIR: directory,
    });
    expect(registered).toEqual(plain);
    expect(plain).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(plain.out)).toMatchObject({ threads: 0 });
    expect(existsSync(directory)).toBe(false);
  });

  const LIST = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    process.on("exit", () => process.stderr.write(JSON.stringify(loaded)));`;

  test.each<[name: string, env: Readonly<Record<string, string>>]>([
    ["no gRPC at all", {}],
    ["a gRPC client", { WITH: "grpc" }],
  ])("%s: nothing heavy is loaded", async (_name, env) => {
    const preload = `data:text/javascript,${encodeURIComponent(LIST)}`;
    const { err } = await runNode(["--import", preload, ...REGISTER, program("quiet.mjs")], {
      ...env,
      AUDIT_LOG_DIR: "/dev/null/never",
    });
    const loaded = JSON.parse(err) as string[];
    expect(loaded.filter((url) => url.includes("/src/register.ts"))).toHaveLength(1);
    const packages = loaded.flatMap(
      (url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [],
    );
    expect([...new Set(packages)].toSorted()).toEqual(
      env["WITH"] === undefined ? [] : ["@grpc/grpc-js", "@js-sdsl/ordered-map"],
    );
    expect(loaded.filter((url) => /\/src\/[a-z]+\/.*\.ts$/.test(url)).length).toBeLessThan(5);
  });

  const PARENT = `#!/usr/bin/env node
    const { spawnSync } = require("node:child_process");
    spawnSync(process.execPath, ["-p", "6*7"], { stdio: "inherit" });`;

  test.each<[name: string, command: string, args: readonly string[]]>([
    ["npm run", "npm", ["run", "--silent", "hello"]],
    ["npx", "npx", ["--no-install", "hello"]],
    ["children of children", "node", ["hello.cjs"]],
  ])("%s and what it starts with NODE_OPTIONS: no file", async (_name, command, args) => {
    const cwd = temporaryDirectory();
    const directory = join(cwd, "audit");
    writeFileSync(
      join(cwd, "package.json"),
      JSON.stringify({ name: "user", private: true, scripts: { hello: "node hello.cjs" } }),
    );
    writeFileSync(join(cwd, "hello.cjs"), PARENT, { mode: 0o755 });
    mkdirSync(join(cwd, "node_modules/.bin"), { recursive: true });
    symlinkSync("../../hello.cjs", join(cwd, "node_modules/.bin/hello"));
    const register = pathToFileURL(join(root, "src/register.ts")).href;
    const ended = await run(
      command,
      args,
      {
        NODE_OPTIONS: `-C @otel-audit/source --import ${register}`,
        AUDIT_LOG_DIR: directory,
        PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`,
      },
      cwd,
    );
    expect(ended).toMatchObject({ code: 0, out: "42\n" });
    expect(readdirSync(cwd).toSorted()).toEqual(["hello.cjs", "node_modules", "package.json"]);
  });

  test("format none: no file, no thread, and the process ends", async () => {
    const directory = join(temporaryDirectory(), "audit");
    const ended = await runNode([...REGISTER, program("busy.mjs")], {
      MODE: "end",
      AUDIT_LOG_DIR: directory,
      AUDIT_LOG_FORMAT: "none",
    });
    expect(ended).toMatchObject({ code: 0, out: `answered; listeners: ${NODES_OWN}\n` });
    expect(existsSync(directory)).toBe(false);
  });
});

describe("an audited process ends as it would without", () => {
  test.each<[name: string, mode: string, code: number | null, signal: string | null, err: string]>([
    ["by itself", "end", 0, null, ""],
    ["process.exit(3)", "exit", 3, null, ""],
    ["process.exitCode = 4", "exitCode", 4, null, ""],
    ["an uncaught exception", "throw", 1, null, "Error: boom"],
    ["an unhandled rejection", "reject", 1, null, "Error: boom"],
    ["an unhandled rejection that is listened for", "listener", 0, null, ""],
    ["SIGTERM", "signal", null, "SIGTERM", ""],
    ["a handler of SIGTERM", "handler", 7, null, ""],
  ])("%s", async (_name, mode, code, signal, error) => {
    const directory = join(temporaryDirectory(), "audit");
    const plain = await runNode([program("busy.mjs")], { MODE: mode });
    const audited = await runNode([...REGISTER, program("busy.mjs")], {
      MODE: mode,
      AUDIT_LOG_DIR: directory,
    });
    expect([plain.code, plain.signal]).toEqual([code, signal]);
    expect([audited.code, audited.signal]).toEqual([code, signal]);
    // The same listeners too: none of ours but for `exit`. And nothing of ours on stdout.
    expect(audited.out).toBe(plain.out);
    expect(linesOfOthers(audited.err)).toContain(error);
    expect(linesOfOthers(audited.err) === "").toBe(plain.err === "");
    expect(
      recordsIn(directory).map(({ attributes }) => [
        attributes["audit.record.kind"],
        attributes["rpc.status_code"],
      ]),
    ).toEqual([["result", "OK"]]);
  });
});

test("where the process may start no thread, it serves and records all the same", async () => {
  const directory = temporaryDirectory();
  const restricted = ["--permission", "--allow-fs-read=*", `--allow-fs-write=${directory}/*`];
  const ended = await runNode([...restricted, ...REGISTER, program("busy.mjs")], {
    MODE: "end",
    AUDIT_LOG_DIR: directory,
  });
  expect(ended).toMatchObject({ code: 0, out: `answered; listeners: ${NODES_OWN}\n` });
  expect(linesOfOthers(ended.err)).toBe("");
  expect(ended.err).toMatch(/the view thread .* the journal goes on, the views catch up/);
  expect(recordsIn(directory)).toHaveLength(1);
});

function linesOfOthers(text: string): string {
  return text.replace(/^otel-audit: .*\n/gm, "");
}

const EXPLICIT = `
  import { createAudit } from "otel-audit";
  const audit = await createAudit({ directory: process.env.AUDIT_LOG_DIR, policy: { version: 1 } });
  void audit.record({ action: "pause", actor: "ann" });
  void audit.record({ action: "nope" });
  console.log(process.eventNames().map(String).filter((name) => name !== "exit").join(" "));`;

test("an open audit log keeps no process alive, and a forgotten await ends none", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const ended = await runNode(["-C", "@otel-audit/source", "--input-type=module", "-e", EXPLICIT], {
    AUDIT_LOG_DIR: directory,
  });
  expect(ended).toMatchObject({ code: 0, out: `${NODES_OWN}\n` });
  expect(recordsIn(directory).map(({ attributes }) => attributes["audit.action"])).toEqual([
    "pause",
  ]);
});

test("what ends without close() has its views", VIEWS_IN_TIME, async () => {
  const directory = join(temporaryDirectory(), "audit");
  await runNode(["-C", "@otel-audit/source", "--input-type=module", "-e", EXPLICIT], {
    AUDIT_LOG_DIR: directory,
  });
  expect(readdirSync(directory)).toEqual(expect.arrayContaining([...VIEWS]));
});

const BOTH = `
  import * as grpc from "@grpc/grpc-js";
  import { auditGrpc, createAudit } from "otel-audit";
  const audit = await createAudit({ directory: process.env.EXPLICIT_DIR, policy: { version: 1 } });
  auditGrpc(grpc, audit);
  await import(process.env.PROGRAM);`;

test("with the hook and auditGrpc, what the code says counts, once", async () => {
  const directory = temporaryDirectory();
  const explicit = join(directory, "explicit");
  const hooked = join(directory, "hooked");
  const ended = await runNode([...REGISTER, "--input-type=module", "-e", BOTH], {
    MODE: "end",
    AUDIT_LOG_DIR: hooked,
    EXPLICIT_DIR: explicit,
    PROGRAM: pathToFileURL(program("busy.mjs")).href,
  });
  expect(ended).toMatchObject({ code: 0, out: `answered; listeners: ${NODES_OWN}\n` });
  expect(recordsIn(explicit)).toHaveLength(1);
  expect(existsSync(hooked)).toBe(false);
});
