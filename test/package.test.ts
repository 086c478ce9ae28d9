/** The packed package, installed into an empty folder, as its users have it. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, afterAll, expect, test } from "vitest";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { whyNodeIsTooOld } from "../src/lib/node-version.ts";

const root = join(import.meta.dirname, "..");
const project = mkdtempSync(join(tmpdir(), "otel-audit-package-"));
const COMMAND = join(project, "node_modules/otel-audit/dist/cli/main.js");
afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(command, [...args], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Installs what `npm pack` makes. Dependencies are the ones of this repository, so no registry is asked. */
beforeAll(() => {
  const [{ filename }] = JSON.parse(
    execFileSync(
      "npm",
      ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", project],
      { cwd: root, encoding: "utf8" },
    ),
  ) as [{ filename: string }];
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "otel-audit"), { recursive: true });
  execFileSync("tar", [
    "xzf",
    join(project, filename),
    "--strip-components=1",
    "-C",
    join(modules, "otel-audit"),
  ]);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".") && name !== "otel-audit")
      symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  writeFileSync(join(project, "package.json"), '{"name":"user","private":true}');
  writeFileSync(
    join(project, "serve.cjs"),
    `module.exports = (grpc, done) => {
      const method = { path: "/t.S/M", requestStream: false, responseStream: false, requestSerialize: Buffer.from, requestDeserialize: String, responseSerialize: Buffer.from, responseDeserialize: String };
      const server = new grpc.Server();
      server.addService({ M: method }, { M: (call, callback) => callback(null, "answer") });
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        const client = new (grpc.makeGenericClientConstructor({ M: method }, "t.S"))("127.0.0.1:" + port, grpc.credentials.createInsecure());
        client.M("question", (problem, answer) => { console.log(problem ?? answer); client.close(); server.forceShutdown(); done?.(); });
      });
    };`,
  );
});

/** Of the journal: when a process ends, its views have 2 s, which may be too short for a busy machine. */
function recordedActions(directory: string): string[] {
  const found = run(process.execPath, [COMMAND, "query", "-o", "json", "-t", directory]);
  return (JSON.parse(found) as { action_type: string }[])
    .map(({ action_type }) => action_type)
    .toSorted();
}

const EXPLICIT = `
  const audit = await createAudit({ directory: DIRECTORY });
  auditGrpc(grpc, audit);
  await new Promise((resolve) => serve(grpc, resolve));
  await audit.record({ action: "pause", actor: "ann" });
  await audit.close();`;

test.each([
  [
    "zero code, import",
    "zero.mjs",
    'import * as grpc from "@grpc/grpc-js"; import serve from "./serve.cjs"; serve(grpc);',
    ["--import", "otel-audit/register"],
    ["rpc_call"],
  ],
  [
    "zero code, require",
    "zero.cjs",
    'require("./serve.cjs")(require("@grpc/grpc-js"));',
    ["--import", "otel-audit/register"],
    ["rpc_call"],
  ],
  [
    "explicit, import",
    "explicit.mjs",
    `import * as grpc from "@grpc/grpc-js"; import { auditGrpc, createAudit } from "otel-audit"; import serve from "./serve.cjs"; ${EXPLICIT}`,
    [],
    ["pause", "rpc_call"],
  ],
  [
    "explicit, require",
    "explicit.cjs",
    `const grpc = require("@grpc/grpc-js"); const { auditGrpc, createAudit } = require("otel-audit"); const serve = require("./serve.cjs"); (async () => { ${EXPLICIT} })();`,
    [],
    ["pause", "rpc_call"],
  ],
])("%s", (_name, file, code, nodeArgs, actions) => {
  const directory = `audit-${file}`;
  writeFileSync(join(project, file), code.replace("DIRECTORY", JSON.stringify(directory)));
  const output = run(process.execPath, [...nodeArgs, file], { AUDIT_LOG_DIR: directory });
  expect(output).toContain("answer");
  expect(recordedActions(directory)).toEqual(actions);
  if (nodeArgs.length > 0) return;
  const view = readFileSync(join(project, directory, "audit_log.json"), "utf8");
  expect(JSON.parse(view), "close() waits for it").toHaveLength(actions.length);
});

test("the bin runs, and says what it can do", () => {
  expect(run(process.execPath, [COMMAND, "--help"])).toContain("collector");
});

const OPENS =
  'import { createAudit } from "otel-audit"; await createAudit({ directory: "of-an-old-node" })';
const OLD_NODE_CASES = [
  ["the bin", "cli/main.js", [COMMAND, "--help"], 2],
  ["the register hook", "register.js", ["--import", "otel-audit/register", "-p", "1"], 1],
  ["createAudit()", "index.js", ["--input-type=module", "-e", OPENS], 1],
] as const;
const TOO_OLD = /otel-audit needs Node 22\.15 or later, of Node 23 at least 23\.5; this is /;

test.each(OLD_NODE_CASES)("%s says that Node is too old", (_name, _file, args, status) => {
  const claim = 'Object.defineProperty(process.versions, "node", { value: "20.19.0" })';
  const ended = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(claim)}`, ...args],
    { cwd: project, encoding: "utf8", timeout: 120_000 },
  );
  expect(ended.stderr).toMatch(TOO_OLD);
  expect(ended.status).toBe(status);
  expect(existsSync(join(project, "of-an-old-node"))).toBe(false);
});

test.each(OLD_NODE_CASES)("%s comes as far as that in an old Node", (_name, file) => {
  const names = namesOfNodeModule(join(project, "node_modules/otel-audit/dist", file));
  // What Node 20 has; any other name is a SyntaxError there.
  expect(["createRequire"]).toEqual(expect.arrayContaining([...names]));
});

const oldNode = oldNodeOfPath();
test.skipIf(oldNode === undefined).each(OLD_NODE_CASES)(
  "%s says so in an old Node that stands in the PATH",
  (_name, _file, args, status) => {
    const ended = spawnSync(oldNode ?? "", args, {
      cwd: project,
      encoding: "utf8",
      timeout: 120_000,
    });
    expect(ended.stderr).toMatch(TOO_OLD);
    expect(ended.status).toBe(status);
  },
);

test("which Node is too old", () => {
  const isTooOld = (version: string): boolean => whyNodeIsTooOld(version) !== undefined;
  expect(["20.19.0", "22.14.9", "23.0.0", "23.4.9", ""].map(isTooOld)).not.toContain(false);
  expect(["22.15.0", "22.22.1", "23.5.0", "24.0.1", "100.0.0"].map(isTooOld)).not.toContain(true);
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  expect(engines.node).toBe("^22.15.0 || >=23.5.0");
});

/** What a module, and what it imports before anything runs, imports by name from node:module. */
function namesOfNodeModule(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const imports = text.matchAll(/^(?:import|export)\b([^;]*?)\bfrom "([^"]+)";$/gm);
  return new Set(
    [...imports].flatMap(([, what = "", from = ""]) => {
      if (from.startsWith(".")) return [...namesOfNodeModule(join(file, "..", from), seen)];
      if (from !== "node:module") return [];
      const named = /\{(.*)\}/s.exec(what)?.[1] ?? "";
      return named
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
    }),
  );
}

function oldNodeOfPath(): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .find((file) => {
      const { stdout } = spawnSync(file, ["-p", "process.versions.node"], { encoding: "utf8" });
      return (
        typeof stdout === "string" && stdout !== "" && whyNodeIsTooOld(stdout.trim()) !== undefined
      );
    });
}

test("nothing is packed that users do not need", () => {
  const folders = readdirSync(join(project, "node_modules/otel-audit")).toSorted();
  expect(folders).toEqual([
    "LICENSE",
    "README.md",
    "collector-config",
    "dist",
    "docs",
    "package.json",
  ]);
});
