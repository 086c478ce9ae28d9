/** Several servers, several copies of grpc-js and several audit logs in one process. */
import { createRequire } from "node:module";
import * as newest from "@grpc/grpc-js";
import { auditGrpc, createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { call, type GrpcCopy, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const oldest = createRequire(import.meta.url)("grpc-js-oldest") as GrpcCopy;

async function open(): Promise<Awaited<ReturnType<typeof createAudit>>> {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: { version: 1 },
  });
  onTestFinished(() => audit.close());
  return audit;
}

const methodsIn = (directory: string): unknown[] =>
  recordsIn(directory).map(({ attributes }) => attributes["rpc.method"]);

test("two copies and three servers record to one audit log, each call once", async () => {
  const audit = await open();
  auditGrpc(newest, audit);
  auditGrpc(oldest, audit);
  auditGrpc(newest, audit);
  const called: string[] = [];
  for (const [copy, service] of [
    [newest, "a.A"],
    [oldest, "b.B"],
    [newest, "c.C"],
  ] as const) {
    const running = await serve(
      copy,
      { Do: { kind: "unary", handler: (_, callback) => callback(null, {}) } },
      { service },
    );
    onTestFinished(running.close);
    // Clients of one copy call servers of the other.
    const client = copy === newest ? oldest : newest;
    await call(client, running.address, "Do", "unary", { service });
    called.push(`${service}/Do`);
  }
  expect(methodsIn(audit.directory)).toEqual(called);
});

test("a handler that calls another audited service: two calls, each with its own id and actor", async () => {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: {
      version: 1,
      actor: [{ header: { id: "x-user", from: ["127.0.0.0/8"] } }],
    },
  });
  onTestFinished(() => audit.close());
  auditGrpc(newest, audit);
  const inner = await serve(
    newest,
    { Do: { kind: "unary", handler: (_, callback) => callback(null, {}) } },
    { service: "in.In" },
  );
  onTestFinished(inner.close);
  const outer = await serve(
    newest,
    {
      Do: {
        kind: "unary",
        async handler(_, callback) {
          await call(newest, inner.address, "Do", "unary", {
            service: "in.In",
            metadata: { "x-user": "the outer service" },
          });
          callback(null, {});
        },
      },
    },
    { service: "out.Out" },
  );
  onTestFinished(outer.close);
  await call(newest, outer.address, "Do", "unary", {
    service: "out.Out",
    metadata: { "x-user": "ann" },
  });
  const records = recordsIn(audit.directory);
  expect(
    records.map(({ attributes }) => [attributes["rpc.method"], attributes["audit.actor.id"]]),
  ).toEqual([
    ["in.In/Do", "the outer service"],
    ["out.Out/Do", "ann"],
  ]);
  expect(new Set(records.map(({ attributes }) => attributes["audit.call.id"])).size).toBe(2);
});

test("a service keeps the audit log that it was added under", async () => {
  const first = await open();
  auditGrpc(newest, first);
  const one = await serve(
    newest,
    { Do: { kind: "unary", handler: (_, callback) => callback(null, {}) } },
    { service: "one.One" },
  );
  onTestFinished(one.close);
  const second = await open();
  auditGrpc(newest, second);
  const two = await serve(
    newest,
    { Do: { kind: "unary", handler: (_, callback) => callback(null, {}) } },
    { service: "two.Two" },
  );
  onTestFinished(two.close);
  await call(newest, one.address, "Do", "unary", { service: "one.One" });
  await call(newest, two.address, "Do", "unary", { service: "two.Two" });
  expect(methodsIn(first.directory)).toEqual(["one.One/Do"]);
  expect(methodsIn(second.directory)).toEqual(["two.Two/Do"]);
});
