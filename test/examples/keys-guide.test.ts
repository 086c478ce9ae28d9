/** docs/keys.md: its program signs elsewhere, over a real connection; its commands are there. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { encodeKey } from "../../src/seal/note.ts";
import { generateSigningKey, type KeySigner, signerOf } from "../../src/seal/signer.ts";
import { checkpointsIn } from "../support/journal-checkpoints.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { verifyJournal } from "../support/verified-journal.ts";
import { COMMAND } from "../support/command-line.ts";

const root = join(import.meta.dirname, "../..");
const guide = readFileSync(join(root, "docs/keys.md"), "utf8");

interface Answer {
  readonly status: number;
  readonly data: object;
}

/** Answers as Vault's transit engine says it does; while it is not up, it signs nothing. */
async function startVault(signer: KeySigner, isUp: () => boolean): Promise<Server> {
  async function answer(path: string, body: string): Promise<Answer> {
    if (path === "GET /v1/transit/keys/trainer") {
      const public_key = Buffer.from(signer.key.publicKey).toString("base64");
      return { status: 200, data: { type: "ed25519", keys: { "1": { public_key } } } };
    }
    if (path !== "POST /v1/transit/sign/trainer" || !isUp()) return { status: 503, data: {} };
    const { input } = JSON.parse(body) as { readonly input: string };
    const signature = signer.sign(Buffer.from(input, "base64"));
    const base64 = Buffer.from(signature).toString("base64");
    return { status: 200, data: { signature: `vault:v1:${base64}` } };
  }
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const isAllowed = request.headers["x-vault-token"] === "token";
      const { status, data } = isAllowed
        ? await answer(`${request.method} ${request.url}`, Buffer.concat(chunks).toString())
        : { status: 403, data: {} };
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ data }));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return server;
}

interface Ran {
  readonly code: number | null;
  readonly err: string;
  readonly directory: string;
}

async function runProgram(server: Server): Promise<Ran> {
  const work = temporaryDirectory();
  const code = /```ts\n(.*?)```/s.exec(guide)?.[1] ?? expect.fail("no ts block");
  const source = code.replace('"otel-audit"', JSON.stringify(join(root, "src/index.ts")));
  writeFileSync(join(work, "program.mts"), source);
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, ["program.mts"], {
    cwd: work,
    env: { ...process.env, VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: "token" },
    stdio: ["ignore", "inherit", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { code: exitCode, err, directory: join(work, "audit") };
}

test("the program signs with a key that it never sees", async () => {
  const signer = signerOf(generateSigningKey(), "memory");
  const ran = await runProgram(await startVault(signer, () => true));
  expect(ran).toMatchObject({ code: 0, err: "" });
  const checkpoints = await checkpointsIn(ran.directory);
  expect(checkpoints.at(0)).toMatchObject({
    state: "open",
    key: encodeKey(signer.key),
    opening: { custody: "function" },
  });
  expect(checkpoints.at(-1)?.state).toBe("close");
  expect(await verifyJournal(ran.directory)).toEqual({ uncovered: ["checkpoint"] });
});

test("where nothing signs, it records all the same, says so, and ends", async () => {
  const signer = signerOf(generateSigningKey(), "memory");
  const ran = await runProgram(await startVault(signer, () => false));
  expect(ran.code).toBe(0);
  expect(ran.err.trim().split("\n")).toEqual([
    "otel-audit: a checkpoint cannot be made, records are written without: vault: HTTP 503",
  ]);
  expect(await verifyJournal(ran.directory)).toEqual({ uncovered: ["start", "result"] });
});

test("its commands are commands", () => {
  const commands = [...guide.matchAll(/otel-audit keys (\w+)/g)].map(([, name = ""]) => name);
  expect([...new Set(commands)].toSorted()).toEqual(["create", "rotate", "show"]);
  const { stdout } = spawnSync(process.execPath, [COMMAND, "keys", "--help"], { encoding: "utf8" });
  for (const name of commands) expect(stdout).toContain(`  ${name} `);
});
