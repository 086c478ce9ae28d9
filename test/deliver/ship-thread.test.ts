/** Shipping as a service has it: in a thread, started by createAudit. */
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { spawn, spawnSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { createAuthority, isOpensslMissing } from "../support/certificates.ts";
import { idsIn, recordsIn } from "../support/journal-records.ts";
import { startOtlpGrpcSink } from "../support/otlp-grpc-sink.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const note = { action: "note_write", actor: "ann", target: { id: "1" } } as const;
const policy = { version: 1 } as const;

test.skipIf(isOpensslMissing())(
  "gRPC with TLS files, headers and gzip: the thread ships, and its own calls are not audited",
  async () => {
    const authority = createAuthority("tests");
    const server = authority.issue("/CN=receiver", ["DNS.1 = localhost", "IP.1 = 127.0.0.1"]);
    const own = authority.issue("/CN=trainer");
    const sink = await startOtlpGrpcSink(
      grpc.ServerCredentials.createSsl(
        authority.cert,
        [{ private_key: server.key, cert_chain: server.cert }],
        true,
      ),
    );
    const files = temporaryDirectory();
    const write = (name: string, content: Buffer): string => {
      writeFileSync(join(files, name), content);
      return join(files, name);
    };
    const directory = temporaryDirectory();
    const audit = await createAudit({
      directory,
      policy,
      endpoint: `https://localhost:${sink.address.split(":")[1]}`,
      protocol: "grpc",
      compression: "gzip",
      headers: { "x-key": "k" },
      certificateFile: write("ca.pem", authority.cert),
      clientCertificateFile: write("own.pem", own.cert),
      clientKeyFile: write("own.key", own.key),
    });
    auditGrpc(grpc, audit);
    await audit.record(note);
    await audit.close();
    expect(sink.taken()).toEqual(idsIn(directory));
    expect(sink.calls()[0]?.metadata.get("x-key")).toEqual(["k"]);
    expect(recordsIn(directory)).toHaveLength(1);
  },
);

test("the journal of a dead process is taken over, by one process alone", async () => {
  const directory = temporaryDirectory();
  const dead = await createAudit({ directory, policy, format: "journal" });
  await dead.record(note);
  await dead.close();
  const sink = await startOtlpSink();
  const options = { directory, policy, endpoint: sink.url, format: "journal" } as const;
  const living = await Promise.all([createAudit(options), createAudit(options)]);
  await Promise.all(living.map((audit) => audit.record(note)));
  const ids = idsIn(directory);
  const streams = [dead, ...living].map(({ stream }) => stream);
  expect(new Set(ids.map((id) => id.split(".")[0]))).toEqual(new Set(streams));
  expect(recordsIn(directory)).toHaveLength(streams.length);
  await sink.until(() => ids.every((id) => sink.taken().includes(id)));
  await Promise.all(living.map((audit) => audit.close()));
  const taken = sink.taken();
  expect(taken.filter((id, at) => taken.indexOf(id) !== at)).toEqual([]);
  expect(idsIn(directory)).toEqual(expect.arrayContaining([...taken]));
});

/** A request may take so long. Whoever waited for it would be seen, also on a machine that stands still for a while. */
const PATIENT_MILLIS = 600_000;

/** Takes the connection, and sends a byte of its answer now and then. */
async function startTrickle(): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": "100000" });
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a receiver that answers a byte at a time holds nothing back, close() included", async () => {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    policy,
    endpoint: await startTrickle(),
    timeoutMillis: PATIENT_MILLIS,
    format: "journal",
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 100 }, () => audit.record(note)));
  }
  delay.disable();
  console.log(
    `event loop while 2000 records are shipped: p50 ${(delay.percentile(50) / 1e6).toFixed(1)} ms, ` +
      `max ${(delay.max / 1e6).toFixed(1)} ms`,
  );
  const started = performance.now();
  await audit.close();
  expect(performance.now() - started).toBeLessThan(PATIENT_MILLIS / 10);
  expect(audit.health().written).toBe(2001);
});

test("a receiver that never answers keeps no process alive", async () => {
  const program = join(import.meta.dirname, "../crash/programs/unclosed.ts");
  const child = spawn(
    process.execPath,
    ["-C", "@otel-audit/source", program, temporaryDirectory(), await startTrickle()],
    {
      env: { ...process.env, AUDIT_OTLP_TIMEOUT: String(PATIENT_MILLIS) },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit") as Promise<[number | null]>;
  await once(child.stdout, "data");
  const recorded = performance.now();
  expect((await exited)[0]).toBe(0);
  // The views have 2 s at the end.
  expect(performance.now() - recorded).toBeLessThan(PATIENT_MILLIS / 10);
});

test("a thread that hangs in a file does not hold close() back", async () => {
  const directory = temporaryDirectory();
  const stream = "AaaaaaaaaaaaaaaA";
  mkdirSync(join(directory, "state"));
  mkdirSync(join(directory, "journal", stream), { recursive: true });
  const pipe = join(directory, "state", `ship-${stream}.json`);
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
  const sink = await startOtlpSink();
  const audit = await createAudit({ directory, policy, endpoint: sink.url, format: "journal" });
  await audit.record(note);
  const began = performance.now();
  await audit.close();
  expect(performance.now() - began).toBeGreaterThan(2500);
  // The thread hangs for good.
  expect(performance.now() - began).toBeLessThan(60_000);
  // Lets the thread go.
  closeSync(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
});
