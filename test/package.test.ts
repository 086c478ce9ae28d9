/** The packed package, installed into an empty folder, as its users have it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, afterAll, expect, test } from "vitest";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";

const root = join(import.meta.dirname, "..");
const project = mkdtempSync(join(tmpdir(), "otel-audit-package-"));
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

function recordedActions(directory: string): string[] {
  const text = readFileSync(join(project, directory, "audit_log.json"), "utf8");
  return (JSON.parse(text) as { action_type: string }[])
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
});

test("the bin runs, and says what it can do", () => {
  expect(
    run(process.execPath, [join(project, "node_modules/otel-audit/dist/cli/main.js"), "--help"]),
  ).toContain("collector");
});

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
