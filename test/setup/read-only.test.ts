/** A service whose audit directory cannot be written: with a receiver, and without one. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { type Audit, createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { recordsOfRequest } from "../support/otlp-json.ts";
import { type OtlpSink, startOtlpSink } from "../support/otlp-sink.ts";
import { startProgram } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** A directory on a filesystem that takes nothing; undefined where it cannot be mounted. */
function readOnlyDirectory(): string | undefined {
  const path = join(temporaryDirectory(), "read-only");
  mkdirSync(path);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", path]);
  if (status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", path]));
  return join(path, "audit");
}

/** A file in the way: nobody can make a directory there, root neither. */
function unusableDirectory(): string {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  return join(file, "audit");
}

const POLICY = `version: 1
coverage: off
rules:
  - method: probe.Probe/Closed
    failure: closed
    actions: [{ action: permission_change }]
  - method: probe.Probe/Open
    actions: [{ action: note_write }]
`;

async function startService(env: Readonly<Record<string, string>>, policy = POLICY) {
  const file = join(temporaryDirectory(), "audit.yaml");
  writeFileSync(file, policy);
  return await startProgram("test/setup/programs/closed-service.mjs", {
    nodeArgs: ["--import", "otel-audit/register"],
    env: { AUDIT_POLICY_FILE: file, ...env },
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
}

/** The status code of a call. */
async function call(address: string, method: string): Promise<number> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const { promise, resolve } = Promise.withResolvers<number>();
  const toBytes = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  client.makeUnaryRequest(
    `/probe.Probe/${method}`,
    toBytes,
    (bytes) => bytes,
    {},
    (error) => resolve(error?.code ?? 0),
  );
  const code = await promise;
  client.close();
  return code;
}

test("read-only, nobody to ship to: closed calls are refused, open ones go through, one loud line", async (context) => {
  const directory = readOnlyDirectory();
  if (directory === undefined) {
    console.warn("test/setup/read-only.test.ts: SKIPPED, NOT TESTED: mounting needs root on Linux");
    context.skip();
    return;
  }
  const service = await startService({ AUDIT_LOG_DIR: directory });
  expect(await call(service.ready, "Open")).toBe(grpc.status.OK);
  expect(await call(service.ready, "Closed")).toBe(grpc.status.UNAVAILABLE);
  expect(await service.end("SIGTERM")).toBe(0);
  expect(service.output()).toMatch(/NOTHING IS AUDITED, .*closed actions are refused: .*EROFS/);

  const required = startService({ AUDIT_LOG_DIR: directory }, `${POLICY}required: true\n`);
  await expect(required).rejects.toThrow(/EROFS/);
});

test("read-only, with a receiver: everything is shipped from memory", async (context) => {
  const directory = readOnlyDirectory();
  if (directory === undefined) {
    console.warn("test/setup/read-only.test.ts: SKIPPED, NOT TESTED: mounting needs root on Linux");
    context.skip();
    return;
  }
  const sink = await startOtlpSink();
  const env = { AUDIT_LOG_DIR: directory, AUDIT_OTLP_ENDPOINT: sink.url };
  const service = await startService(env);
  expect(await call(service.ready, "Open")).toBe(grpc.status.OK);
  // The shipping thread takes as long to start as the machine is busy; a closed action waits 2 s.
  await sink.until(() => sink.requests().length > 0);
  expect(await call(service.ready, "Closed")).toBe(grpc.status.OK);
  // process.exit(): what is still in memory goes out while the process stands still.
  sink.answer = () => ({ status: 200 });
  expect(await call(service.ready, "Open")).toBe(grpc.status.OK);
  expect(await service.end("SIGTERM")).toBe(0);
  expect(service.output()).toContain("RECORDS ARE ONLY IN MEMORY");
  const sent = sink
    .requests()
    .flatMap(({ body }) => recordsOfRequest(body))
    .map(({ record }) => record);
  const ids = new Set(sink.taken());
  const kindOf = new Map(
    sent.map(({ attributes }) => [attributes["audit.record.id"], attributes["audit.record.kind"]]),
  );
  const kinds = [...ids].map((id) => kindOf.get(id)).filter((kind) => kind !== "checkpoint");
  // Start record, two results of open calls, intent and result of the closed one.
  expect(kinds.toSorted()).toEqual(["intent", "result", "result", "result", "start"]);
  // And what proves them: nothing is missing.
  const numbers = [...ids].map((id) => Number(id.split(".")[1]));
  expect(numbers.toSorted((left, right) => left - right)).toEqual(numbers.map((_, at) => at + 1));
  expect(numbers.length).toBeGreaterThan(kinds.length);
});

/** With the shipping thread running, which takes as long to start as the machine is busy. */
async function openInMemory(sink: OtlpSink, memoryBytes?: number): Promise<Audit> {
  const audit = await createAudit({
    directory: unusableDirectory(),
    endpoint: sink.url,
    policy: { version: 1 },
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  });
  await sink.until(() => sink.requests().length > 0);
  return audit;
}

const note = { action: "note_write", actor: "ann", details: { note: "x".repeat(3000) } } as const;

test("in memory: synced means that the receiver has it, written is never true, health is yellow", async () => {
  const sink = await startOtlpSink();
  const audit = await openInMemory(sink);
  const receipt = await audit.record({ ...note, target: { id: "1" } });
  expect(receipt).toEqual({ recordId: `${audit.stream}.3`, written: false, synced: true });
  // The start record, the checkpoint that opens the stream, and the record.
  expect(sink.taken()).toEqual([1, 2, 3].map((number) => `${audit.stream}.${number}`));
  expect(audit.health()).toMatchObject({
    state: "yellow",
    problems: ["records are only in memory"],
  });
  await audit.close();
});

test("in memory: a dead receiver fills it; what does not fit is counted, closed actions reject", async () => {
  const sink = await startOtlpSink();
  sink.answer = () => ({ status: 503 });
  const audit = await openInMemory(sink, 65_536);
  const receipts = await Promise.all(
    Array.from({ length: 40 }, (_, at) => audit.record({ ...note, target: { id: `${at}` } })),
  );
  const accepted = receipts.filter(({ recordId }) => recordId !== "");
  expect(accepted.length).toBeLessThan(25);
  expect(receipts.every(({ written, synced }) => !written && !synced)).toBe(true);
  const closed = audit.record({
    action: "permission_change",
    actor: "ann",
    target: { id: "bob" },
    after: { role: "admin", note: "y".repeat(3900) },
  });
  await expect(closed).rejects.toMatchObject({ code: "write_failed" });
  const health = audit.health();
  expect(health.state).toBe("red");
  expect(health.lost).toBe(40 - accepted.length + 1);
  expect(health.problems.join()).toContain("the memory journal is full");

  sink.answer = () => ({ status: 200 });
  await sink.until(() => new Set(sink.taken()).size > accepted.length);
  await audit.record({ ...note, target: { id: "last" } });
  await audit.close();
  expect(sink.requests().some(({ body }) => body.includes('"stringValue":"gap"'))).toBe(true);
});

test("in memory: a record that the receiver refuses for good is lost, counted and told", async () => {
  const sink = await startOtlpSink();
  sink.answer = (_request, body) => ({ status: body.includes("POISON") ? 400 : 200 });
  const audit = await openInMemory(sink);
  const fine = await audit.record({ ...note, target: { id: "1" } });
  const refused = await audit.record({ ...note, target: { id: "POISON" } });
  expect([fine.synced, refused.synced]).toEqual([true, false]);
  expect(audit.health().lost).toBe(1);
  await audit.record({ ...note, target: { id: "3" } });
  await audit.close();
  expect(sink.requests().some(({ body }) => body.includes('"stringValue":"gap"'))).toBe(true);
});
