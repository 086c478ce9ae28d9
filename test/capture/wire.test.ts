/** Calls that end where no handler can see it: on their way in, and on their way out. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { type Audit, auditGrpc, createAudit, currentAudit, type PolicyDocument } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import {
  call,
  type CallOptions,
  type Kind,
  KINDS,
  type Method,
  serve,
} from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function openAudited(policy: PolicyDocument = { version: 1 }): Promise<Audit> {
  const audit = await createAudit({ directory: temporaryDirectory(), format: "journal", policy });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  return audit;
}

async function callOnce(
  kind: Kind,
  handler: Method["handler"],
  options: { readonly server?: grpc.ServerOptions; readonly call?: CallOptions } = {},
): Promise<Awaited<ReturnType<typeof call>>> {
  const service = await serve(
    grpc,
    { Do: { kind, ...(handler === undefined ? {} : { handler }) } },
    options.server === undefined ? {} : { server: options.server },
  );
  onTestFinished(service.close);
  return call(grpc, service.address, "Do", kind, options.call);
}

/** Waits for as many records as there have to be. */
async function recordsOf(audit: Audit, count: number): Promise<readonly AuditRecord[]> {
  while (recordsIn(audit.directory).length < count) {
    await new Promise((next) => setImmediate(next));
  }
  return recordsIn(audit.directory);
}

const endOf = ({ attributes }: AuditRecord): unknown => ({
  kind: attributes["audit.record.kind"],
  status: attributes["rpc.status_code"],
  outcome: attributes["audit.outcome"],
  error: attributes["exception.message"],
});

const never = (): never => {
  throw new Error("the handler must not be called");
};

const refuse: grpc.ServerInterceptor = (_, below) =>
  new grpc.ServerInterceptingCall(below, {
    start: (next) =>
      next({
        onReceiveMetadata: () =>
          below.sendStatus({ code: grpc.status.UNAUTHENTICATED, details: "who are you?" }),
      }),
  });

test.each(KINDS)("a %s call that an interceptor refuses is denied", async (kind) => {
  const audit = await openAudited();
  const reply = await callOnce(kind, never, { server: { interceptors: [refuse] } });
  expect(reply).toMatchObject({ code: grpc.status.UNAUTHENTICATED, details: "who are you?" });
  expect((await recordsOf(audit, 1)).map(endOf)).toEqual([
    { kind: "result", status: "UNAUTHENTICATED", outcome: "denied", error: "who are you?" },
  ]);
});

test.each(["unary", "serverStream"] as const)(
  "a %s call whose request cannot be decoded is a failure",
  async (kind) => {
    const audit = await openAudited();
    const reply = await callOnce(kind, never, { call: { messages: [Buffer.from("{")] } });
    expect(reply.code).toBe(grpc.status.INTERNAL);
    expect((await recordsOf(audit, 1)).map(endOf)).toEqual([
      {
        kind: "result",
        status: "INTERNAL",
        outcome: "failure",
        error: expect.stringMatching(/^Error deserializing request/) as string,
      },
    ]);
  },
);

test("a stream with a message that cannot be decoded: nobody knows what the handler did of it", async () => {
  const audit = await openAudited();
  const reply = await callOnce("bidi", (running) => void running.resume(), {
    call: { messages: [{ a: 1 }, Buffer.from("{")] },
  });
  expect(reply.code).toBe(grpc.status.INTERNAL);
  expect((await recordsOf(audit, 1)).map(endOf)).toEqual([
    {
      kind: "result",
      status: "INTERNAL",
      outcome: "unknown",
      error: expect.stringMatching(/^Error deserializing request/) as string,
    },
  ]);
});

test("a reply that is larger than the server may send is done, and not delivered", async () => {
  const audit = await openAudited();
  const reply = await callOnce("unary", (_, callback) => callback(null, { text: "x".repeat(99) }), {
    server: { "grpc.max_send_message_length": 10 },
  });
  expect(reply.code).toBe(grpc.status.RESOURCE_EXHAUSTED);
  const [result, delivery] = await recordsOf(audit, 2);
  expect(result?.attributes).toMatchObject({ "audit.outcome": "success", "rpc.status_code": "OK" });
  expect(delivery?.attributes).toMatchObject({
    "audit.record.kind": "delivery",
    "audit.action": "reply_delivery",
    "audit.call.id": result?.attributes["audit.call.id"],
    "rpc.status_code": "RESOURCE_EXHAUSTED",
    "exception.message": expect.stringMatching(
      /^the client was told RESOURCE_EXHAUSTED: /,
    ) as string,
  });
});

test.each(KINDS)("a %s method that is declared and not implemented", async (kind) => {
  const audit = await openAudited();
  const reply = await callOnce(kind, undefined);
  expect(reply.code).toBe(grpc.status.UNIMPLEMENTED);
  const [record] = await recordsOf(audit, 1);
  expect(record?.attributes).toMatchObject({
    "rpc.status_code": "UNIMPLEMENTED",
    "audit.outcome": "failure",
  });
});

test("a client that goes away before it sent its request", async () => {
  const audit = await openAudited({
    version: 1,
    exempt: [
      { method: "probe.Probe/Ping", reason: "only tells that the server has seen the rest" },
    ],
  });
  const service = await serve(grpc, {
    Do: { kind: "unary", handler: never },
    Ping: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  onTestFinished(service.close);
  const client = new grpc.Client(service.address, grpc.credentials.createInsecure());
  const write = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const read = (bytes: Buffer): object => JSON.parse(bytes.toString()) as object;
  const stream = client.makeClientStreamRequest("/probe.Probe/Do", write, read, () => {});
  stream.on("error", () => {});
  // One connection: what is sent behind the headers arrives behind them.
  await new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest("/probe.Probe/Ping", write, read, {}, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  stream.cancel();
  const [record] = await recordsOf(audit, 1);
  client.close();
  // Whether grpc-js finds the stream cancelled or its request missing first, is open.
  expect(record === undefined ? undefined : endOf(record)).toMatchObject({
    kind: "result",
    outcome: "failure",
    status: expect.stringMatching(/^(CANCELLED|UNIMPLEMENTED)$/) as string,
  });
});

test("messages of streams are counted, with their bytes", async () => {
  const audit = await openAudited();
  const reply = await callOnce(
    "bidi",
    (running) => {
      running.on("data", (message: object) => running.write(message));
      running.on("end", () => running.end());
    },
    { call: { messages: [{ a: 1 }, { a: 22 }, { a: 333 }] } },
  );
  expect(reply.messages).toHaveLength(3);
  const [record] = await recordsOf(audit, 1);
  expect(record?.attributes).toMatchObject({
    "audit.call.request.count": 3,
    "audit.call.request.bytes": 24,
    "audit.call.response.count": 3,
    "audit.call.response.bytes": 24,
  });
});

test.each(["tryShutdown", "forceShutdown"] as const)(
  "calls that run at %s are recorded",
  async (shutdown) => {
    const audit = await openAudited();
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>();
    const service = await serve(grpc, {
      Do: {
        kind: "unary",
        async handler(_, callback) {
          enter();
          await mayAnswer;
          callback(null, {});
        },
      },
    });
    const reply = call(grpc, service.address, "Do", "unary");
    await entered;
    if (shutdown === "forceShutdown") service.server.forceShutdown();
    else service.server.tryShutdown(() => {});
    if (shutdown === "forceShutdown") await reply;
    letAnswer();
    const { code } = await reply;
    const isLost = shutdown === "forceShutdown";
    const [result, delivery] = await recordsOf(audit, isLost ? 2 : 1);
    service.close();
    expect(code).toBe(isLost ? grpc.status.CANCELLED : grpc.status.OK);
    expect(result?.attributes).toMatchObject({ "audit.outcome": "success" });
    expect(delivery?.attributes["audit.record.kind"]).toBe(isLost ? "delivery" : undefined);
  },
);

test("other interceptors run inside of the call, and see what it is", async () => {
  const audit = await openAudited();
  const seen: (string | undefined)[] = [];
  const look: grpc.ServerInterceptor = (_, below) =>
    new grpc.ServerInterceptingCall(below, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, proceed) {
            seen.push(currentAudit()?.callId);
            proceed(metadata);
          },
        }),
    });
  await callOnce("unary", (_, callback) => callback(null, {}), {
    server: { interceptors: [look] },
  });
  const [record] = await recordsOf(audit, 1);
  expect(seen).toEqual([record?.attributes["audit.call.id"]]);
});

test("without an SDK the caller's traceparent names the trace", async () => {
  const audit = await openAudited();
  await callOnce("unary", (_, callback) => callback(null, {}), {
    call: {
      metadata: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    },
  });
  const [record] = await recordsOf(audit, 1);
  expect(record?.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  expect(record?.spanId).toBe("b7ad6b7169203331");
});

test.each([
  "ff-0-0-0",
  "",
  "00-00000000000000000000000000000000-b7ad6b7169203331-01",
  "x".repeat(5000),
])("a traceparent that is none (%#) names no trace", async (traceparent) => {
  const audit = await openAudited();
  await callOnce("unary", (_, callback) => callback(null, {}), {
    call: { metadata: { traceparent } },
  });
  expect((await recordsOf(audit, 1))[0]?.traceId).toBeUndefined();
});

test("a bidi stream whose client has said all, and whose server goes on", async () => {
  const audit = await openAudited();
  const reply = await callOnce("bidi", (running) => {
    running.resume();
    running.on("end", () => {
      running.write({ late: 1 });
      setImmediate(() => {
        running.write({ late: 2 });
        running.end();
      });
    });
  });
  expect(reply.messages).toEqual([{ late: 1 }, { late: 2 }]);
  const [record, ...others] = await recordsOf(audit, 1);
  expect(others).toEqual([]);
  expect(record?.attributes).toMatchObject({
    "audit.outcome": "success",
    "audit.call.request.count": 1,
    "audit.call.response.count": 2,
  });
});

test.each(["serverStream", "bidi", "clientStream"] as const)(
  "a client process that is killed in the middle of a %s call",
  async (kind) => {
    const audit = await openAudited();
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
    const service = await serve(grpc, {
      Do: {
        kind,
        handler(running) {
          running.once("cancelled", leave);
          if (kind !== "clientStream") running.write({ a: 1 });
          if (kind !== "serverStream") running.resume();
          enter();
        },
      },
    });
    onTestFinished(service.close);
    const program = fileURLToPath(new URL("programs/streaming-client.mjs", import.meta.url));
    const client = spawn(process.execPath, [program, service.address, kind]);
    await entered;
    client.kill("SIGKILL");
    await gone;
    await audit.close();
    const [record, ...others] = await recordsOf(audit, 1);
    expect(others).toEqual([]);
    expect(record?.attributes).toMatchObject({
      "audit.outcome": "unknown",
      "rpc.method": "probe.Probe/Do",
    });
  },
);
