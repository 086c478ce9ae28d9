/** What handlers add, and what is recorded inside of a call. */
import * as grpc from "@grpc/grpc-js";
import { expect, onTestFinished, test, vi } from "vitest";
import { auditGrpc, type CallFields, currentAudit } from "otel-audit";
import type { AuditRecord } from "../../src/event/index.ts";
import { call, type Handler, type Kind, KINDS, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { openTestAudit } from "./check-endings.ts";

async function recordsOf(
  kind: Kind,
  handler: Handler,
  policy: object = {},
): Promise<readonly AuditRecord[]> {
  const audit = await openTestAudit({ policy: { version: 1, ...policy } });
  auditGrpc(grpc, audit);
  const server = await serve(grpc, { Do: { kind, handler } });
  onTestFinished(server.close);
  await call(grpc, server.address, "Do", kind, { messages: [{ n: 1 }, { n: 2 }] });
  await audit.close();
  return recordsIn(audit.directory);
}

test("outside of a call there is none", () => expect(currentAudit()).toBeUndefined());

test.each(KINDS)("%s: a handler adds to its record", async (kind) => {
  const [record, ...rest] = await recordsOf(kind, (running, callback) => {
    currentAudit()?.set({ target: { type: "thing", id: "t1" }, details: { a: 1 } });
    currentAudit()?.set({
      reason: "because",
      before: { x: 1 },
      after: { x: 2 },
      details: { b: 2 },
      authorization: { id: "T-1", by: "eve" },
      snapshot: "s1",
      actor: { id: "robot", type: "agent", delegator: "ann" },
    });
    if (kind === "unary" || kind === "clientStream") callback(null, {});
    else running.end();
  });
  expect(rest).toEqual([]);
  expect(record?.attributes).toMatchObject({
    "audit.target.id": "t1",
    "audit.reason": "because",
    "audit.authorization.id": "T-1",
    "audit.authorization.by": "eve",
    "audit.snapshot.id": "s1",
    "audit.actor.id": "robot",
    "audit.actor.type": "agent",
    "audit.actor.delegator.id": "ann",
    "audit.outcome": "success",
  });
  expect(record?.body).toEqual({ before: { x: 1 }, after: { x: 2 }, a: 1, b: 2 });
});

test.each(["clientStream", "bidi"] as const)("%s: also in listeners", async (kind) => {
  const [record] = await recordsOf(kind, (running, callback) => {
    let sum = 0;
    running.on("data", ({ n }: { n: number }) => {
      sum += n;
      currentAudit()?.set({ details: { sum } });
    });
    running.on("end", () => {
      currentAudit()?.set({ reason: "the end" });
      if (kind === "clientStream") callback(null, {});
      else running.end();
    });
  });
  expect(record?.body).toEqual({ sum: 3 });
  expect(record?.attributes["audit.reason"]).toBe("the end");
});

test.each(["serverStream", "bidi"] as const)("%s: also when it is cancelled", async (kind) => {
  const audit = await openTestAudit();
  auditGrpc(grpc, audit);
  const entered = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const server = await serve(grpc, {
    Do: {
      kind,
      handler(running) {
        running.on("cancelled", () => {
          currentAudit()?.set({ details: { rows: 5 } });
          cancelled.resolve();
        });
        entered.resolve();
      },
    },
  });
  onTestFinished(server.close);
  await call(grpc, server.address, "Do", kind, {
    onCall: (running) => void entered.promise.then(() => running.cancel()),
  });
  await cancelled.promise;
  expect(recordsIn(audit.directory).map(({ body }) => body)).toEqual([{ rows: 5 }]);
});

test.each<[name: string, fields: CallFields, expected: object]>([
  [
    "an error",
    { error: "half of it" },
    { "audit.outcome": "failure", "exception.message": "half of it" },
  ],
  [
    "an Error and an outcome",
    { error: new RangeError("too far"), outcome: "denied" },
    { "audit.outcome": "denied", "exception.message": "too far" },
  ],
  ["an outcome", { outcome: "failure" }, { "audit.outcome": "failure" }],
  [
    "values that are undefined",
    { reason: undefined, actor: undefined, outcome: undefined } as unknown as CallFields,
    { "audit.outcome": "success", "audit.actor.id": "anonymous", "audit.reason": "as asked" },
  ],
])("a handler that answers OK can add %s", async (_name, fields, expected) => {
  const [record] = await recordsOf(
    "unary",
    (_, callback) => {
      currentAudit()?.set(fields);
      callback(null, {});
    },
    { rules: [{ method: "probe.Probe/Do", reason: "as asked" }] },
  );
  expect(record?.attributes).toMatchObject(expected);
});

test.each<[name: string, fields: unknown]>([
  ["null", null],
  ["a null actor", { actor: null }],
  ["a number as actor", { actor: 7 }],
  ["details that are no map", { details: "text" }],
  [
    "details whose getter throws",
    {
      details: {
        get a(): never {
          throw new Error("no a");
        },
      },
    },
  ],
  [
    "a target that cannot be listed",
    {
      target: new Proxy(
        {},
        {
          ownKeys(): never {
            throw new Error("no keys");
          },
        },
      ),
    },
  ],
  [
    "a getter that throws",
    {
      get reason(): never {
        throw new Error("no reason");
      },
    },
  ],
])("%s in set() loses no record", async (_name, fields) => {
  const records = await recordsOf("unary", (_, callback) => {
    currentAudit()?.set(fields as CallFields);
    callback(null, {});
  });
  expect(records).toHaveLength(1);
  expect(records[0]?.attributes).toMatchObject({
    "audit.outcome": "success",
    "rpc.method": "probe.Probe/Do",
  });
  expect(records[0]?.attributes["audit.actor.id"]).toBeTypeOf("string");
});

test("set() fills the first mapped action, or the one that is named", async () => {
  const records = await recordsOf(
    "unary",
    (_, callback) => {
      currentAudit()?.set({ details: { to: "A" } }, { action: "mode_switch" });
      currentAudit()?.set({ after: { rate: 2 } });
      callback(null, {});
    },
    {
      rules: [
        {
          method: "probe.Probe/Do",
          actions: [{ action: "hp_change" }, { action: "mode_switch" }],
        },
      ],
    },
  );
  expect(records.map(({ attributes, body }) => [attributes["audit.action"], body])).toEqual([
    ["hp_change", { after: { rate: 2 } }],
    ["mode_switch", { to: "A" }],
  ]);
});

test("record() inside of a call has its actor, its source and its call id", async () => {
  const audit = await openTestAudit({ actor: () => ({ id: "ann" }) });
  auditGrpc(grpc, audit);
  const server = await serve(grpc, {
    Do: {
      kind: "unary",
      async handler(_, callback) {
        await audit.record({ action: "pause" });
        await audit.record({ action: "resume", actor: "bob" });
        callback(null, {});
      },
    },
  });
  onTestFinished(server.close);
  await call(grpc, server.address, "Do", "unary");
  const records = recordsIn(audit.directory).map(({ attributes }) => attributes);
  expect(
    records.map((attributes) => [attributes["audit.action"], attributes["audit.actor.id"]]),
  ).toEqual([
    ["pause", "ann"],
    ["resume", "bob"],
    ["rpc_call", "ann"],
  ]);
  expect(new Set(records.map((attributes) => attributes["audit.call.id"])).size).toBe(1);
  expect(records.every((attributes) => attributes["audit.source.id"] === "127.0.0.1")).toBe(true);
});

test("a call that is running when the audit log closes is recorded as unknown, once", async () => {
  const audit = await openTestAudit();
  auditGrpc(grpc, audit);
  const entered = Promise.withResolvers<() => void>();
  const server = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => entered.resolve(() => callback(null, {})) },
  });
  onTestFinished(server.close);
  const reply = call(grpc, server.address, "Do", "unary");
  const answer = await entered.promise;
  await audit.close();
  answer();
  expect((await reply).code).toBe(0);
  expect(recordsIn(audit.directory).map(({ attributes }) => attributes)).toEqual([
    expect.objectContaining({
      "audit.outcome": "unknown",
      "exception.message": "still running when the audit log was closed",
    }),
  ]);
});

test("a service goes on after its audit log was closed, and says what it does not record", async () => {
  const lines = vi.spyOn(process.stderr, "write");
  onTestFinished(() => lines.mockRestore());
  const audit = await openTestAudit();
  auditGrpc(grpc, audit);
  const server = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => callback(null, { a: 1 }) },
  });
  onTestFinished(server.close);
  await audit.close();
  expect((await call(grpc, server.address, "Do", "unary")).messages).toEqual([{ a: 1 }]);
  expect(recordsIn(audit.directory)).toEqual([]);
});

test("called again, auditGrpc sends services that are added later to the new audit log", async () => {
  const first = await openTestAudit();
  auditGrpc(grpc, first);
  const methods: { readonly Do: { readonly kind: "unary"; readonly handler: Handler } } = {
    Do: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  };
  const early = await serve(grpc, methods);
  const second = await openTestAudit();
  auditGrpc(grpc, second);
  const late = await serve(grpc, methods);
  onTestFinished(early.close);
  onTestFinished(late.close);
  await call(grpc, early.address, "Do", "unary");
  await call(grpc, late.address, "Do", "unary");
  expect([recordsIn(first.directory).length, recordsIn(second.directory).length]).toEqual([1, 1]);
});

test("auditGrpc refuses what is not grpc-js", async () => {
  const audit = await openTestAudit();
  for (const wrong of [undefined, null, {}, { Server: {} }, { Server: () => 1 }]) {
    expect(() => auditGrpc(wrong as never, audit)).toThrow(
      expect.objectContaining({ code: "invalid_option" }),
    );
  }
});

test("what set() was given is what it was then, not what became of it", async () => {
  const parameters = { learning_rate: 0.1, layers: [1, 2] };
  const [record] = await recordsOf("unary", (_, callback) => {
    currentAudit()?.set({ before: parameters });
    parameters.learning_rate = 0.01;
    parameters.layers.push(3);
    currentAudit()?.set({ after: parameters });
    parameters.learning_rate = 99;
    callback(null, {});
  });
  expect(record?.body).toEqual({
    before: { learning_rate: 0.1, layers: [1, 2] },
    after: { learning_rate: 0.01, layers: [1, 2, 3] },
  });
});

test("set() for an action that this call is not is no silence", async () => {
  const [record] = await recordsOf("unary", (_, callback) => {
    currentAudit()?.set({ reason: "why" }, { action: "mode_switch" });
    callback(null, {});
  });
  expect(record?.attributes["audit.integrity.incomplete"]).toBe(
    "set(): this call is no mode_switch",
  );
});
