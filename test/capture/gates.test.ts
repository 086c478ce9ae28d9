/** What must not come to a handler, and what must wait: around the gates of a call. */
import { connect } from "node:http2";
import { createServer } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { type Audit, auditGrpc, createAudit, type PolicyDocument } from "otel-audit";
import { expect, onTestFinished, test, vi } from "vitest";
import { type CaptureTarget, patchGrpc } from "../../src/capture/index.ts";
import type { AuditRecord } from "../../src/event/index.ts";
import { captureTargetOf } from "../../src/setup/create-audit.ts";
import { call, type Kind, KINDS, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const CLOSED: PolicyDocument = {
  version: 1,
  actor: [{ header: { id: "x-user", from: ["127.0.0.0/8"] } }],
  rules: [{ method: "probe.Probe/Do", actions: [{ action: "permission_change" }] }],
};
const OPEN: PolicyDocument = { ...CLOSED, rules: [] };

async function open(
  policy: PolicyDocument,
  change: (target: CaptureTarget) => Partial<CaptureTarget> = () => ({}),
): Promise<Audit> {
  const audit = await createAudit({ directory: temporaryDirectory(), format: "journal", policy });
  onTestFinished(() => audit.close());
  const target = captureTargetOf(audit);
  if (target === null) throw new Error("no target");
  const changed = { ...target, ...change(target) };
  patchGrpc(grpc, { targetOf: () => changed, beforeListen() {}, report: target.report });
  return audit;
}

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}
const shown = ({ attributes }: AuditRecord): string =>
  ["audit.record.kind", "audit.action", "audit.outcome", "rpc.status_code"]
    .map((key) => String(attributes[key] ?? "-"))
    .join(" ");
const recordsOf = (audit: Audit): string[] => recordsIn(audit.directory).map(shown);

test("a call that grpc-js ends for its timeout header does not reach a closed handler", async () => {
  const audit = await open(CLOSED);
  let calls = 0;
  const service = await serve(grpc, { Do: { kind: "unary", handler: () => void calls++ } });
  onTestFinished(service.close);
  const session = connect(`http://${service.address}`);
  // The server goes away before the session does.
  session.on("error", () => {});
  onTestFinished(() => session.close());
  const stream = session.request({
    ":method": "POST",
    ":path": "/probe.Probe/Do",
    "content-type": "application/grpc",
    te: "trailers",
    "grpc-timeout": "abc",
  });
  stream.on("error", () => {});
  stream.resume();
  stream.write(Buffer.from([0, 0, 0, 0, 2]));
  stream.end("{}");
  await until(() => recordsOf(audit).length > 0 && audit.health().openCalls === 0);
  await new Promise((closed) => (stream.closed ? closed(undefined) : stream.once("close", closed)));
  await turn();
  expect(calls).toBe(0);
  expect(recordsOf(audit)).toEqual(["result permission_change failure INTERNAL"]);
});

test.each(KINDS)(
  "a %s call whose deadline passes at the gate does not reach its handler",
  async (kind) => {
    const { promise: confirmed, resolve: confirm } = Promise.withResolvers<void>();
    const audit = await open(CLOSED, () => ({ synced: () => confirmed }));
    let calls = 0;
    const service = await serve(grpc, { Do: { kind, handler: () => void calls++ } });
    onTestFinished(service.close);
    const { code } = await call(grpc, service.address, "Do", kind, {
      deadline: new Date(Date.now() + 300),
    });
    expect([grpc.status.DEADLINE_EXCEEDED, grpc.status.CANCELLED]).toContain(code);
    await until(() => audit.health().openCalls === 0);
    confirm();
    await turn();
    await turn();
    expect(calls).toBe(0);
    expect(recordsOf(audit)).toEqual([
      "intent permission_change unknown -",
      expect.stringMatching(
        /^result permission_change failure (DEADLINE_EXCEEDED|CANCELLED)$/,
      ) as string,
    ]);
  },
);

/** Refuses, and forgets to return. */
const sloppy: grpc.ServerInterceptor = (_, below) =>
  new grpc.ServerInterceptingCall(below, {
    start: (next) =>
      next({
        onReceiveMetadata(metadata, proceed) {
          below.sendStatus({ code: grpc.status.UNAUTHENTICATED, details: "no" });
          proceed(metadata);
        },
      }),
  });

test.each(KINDS)(
  "a %s call that an interceptor refused and passed on: denied, as without us",
  async (kind) => {
    const audit = await open(CLOSED);
    let calls = 0;
    const service = await serve(
      grpc,
      { Do: { kind, handler: () => void calls++ } },
      { server: { interceptors: [sloppy] } },
    );
    onTestFinished(service.close);
    const { code } = await call(grpc, service.address, "Do", kind);
    expect(code).toBe(grpc.status.UNAUTHENTICATED);
    await until(() => audit.health().openCalls === 0);
    expect(recordsOf(audit).at(-1)).toBe("result permission_change denied UNAUTHENTICATED");
    // Whether a stream's handler was called before grpc-js noticed, is grpc-js's own matter.
    if (kind === "unary" || kind === "serverStream") expect(calls).toBe(0);
  },
);

const atStart: grpc.ServerInterceptor = (_, below) =>
  new grpc.ServerInterceptingCall(below, {
    start() {
      below.sendStatus({ code: grpc.status.PERMISSION_DENIED, details: "not from there" });
    },
  });
const atOnce: grpc.ServerInterceptor = (_, below) => {
  below.sendStatus({ code: grpc.status.PERMISSION_DENIED, details: "not from there" });
  return new grpc.ServerInterceptingCall(below);
};

test.each([
  ["at its start", atStart],
  ["before its start", atOnce],
])("a call that an interceptor refuses %s is recorded", async (_name, interceptor) => {
  const audit = await open(OPEN);
  const service = await serve(
    grpc,
    { Do: { kind: "unary", handler: () => {} } },
    { server: { interceptors: [interceptor] } },
  );
  onTestFinished(service.close);
  const { code } = await call(grpc, service.address, "Do", "unary", {
    metadata: { "x-user": "ann" },
  });
  expect(code).toBe(grpc.status.PERMISSION_DENIED);
  await until(() => recordsOf(audit).length > 0);
  const [record] = recordsIn(audit.directory);
  expect(record?.attributes).toMatchObject({
    "audit.outcome": "denied",
    "audit.actor.id": "ann",
    "exception.message": "not from there",
  });
});

test.each(["bidi", "clientStream"] as const)(
  "%s calls that an interceptor resumes in the context of another keep their own audit",
  async (kind) => {
    const audit = await open(OPEN);
    const waiting: (() => void)[] = [];
    const batcher: grpc.ServerInterceptor = (_, below) =>
      new grpc.ServerInterceptingCall(below, {
        start: (next) =>
          next({
            onReceiveMetadata(metadata, proceed) {
              waiting.unshift(() => proceed(metadata));
              if (waiting.length === 2) for (const resume of waiting) resume();
            },
          }),
      });
    const handled: string[] = [];
    const service = await serve(
      grpc,
      {
        Do: {
          kind,
          handler(running, callback) {
            handled.push(String(running.metadata.get("x-user")[0]));
            running.resume();
            running.on("end", () => {
              if (kind === "bidi") running.end();
              else callback(null, {});
            });
          },
        },
      },
      { server: { interceptors: [batcher] } },
    );
    onTestFinished(service.close);
    await Promise.all(
      ["ann", "bob"].map((user) =>
        call(grpc, service.address, "Do", kind, { metadata: { "x-user": user } }),
      ),
    );
    await until(() => audit.health().openCalls === 0);
    const actors = recordsIn(audit.directory).map(({ attributes }) => attributes["audit.actor.id"]);
    expect(actors.toSorted()).toEqual(["ann", "bob"]);
    expect(handled.toSorted()).toEqual(["ann", "bob"]);
  },
);

test.each(KINDS)("a %s call that is cancelled while its token is verified", async (kind) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: verified, resolve: verify } = Promise.withResolvers<void>();
  const audit = await open(CLOSED, () => ({
    async findActor() {
      ask();
      await verified;
      return { actor: { id: "ann" } };
    },
  }));
  let calls = 0;
  const service = await serve(grpc, { Do: { kind, handler: () => void calls++ } });
  onTestFinished(service.close);
  await call(grpc, service.address, "Do", kind, {
    onCall: (running) => void asked.then(() => running.cancel()),
  });
  await until(() => audit.health().openCalls === 0);
  verify();
  await turn();
  await turn();
  expect(calls).toBe(0);
  expect(recordsOf(audit)).toHaveLength(1);
  expect(recordsOf(audit)[0]).toMatch(/^result permission_change failure /);
});

/** The first sync is that of the intent. */
function secondSync(): { synced: () => Promise<void>; confirm: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  return { synced: () => (++asked === 1 ? Promise.resolve() : promise), confirm: resolve };
}

const answers: Readonly<Record<Kind, Parameters<typeof serve>[1][string]["handler"]>> = {
  unary: (_, callback) => callback(null, {}),
  clientStream: (running, callback) => {
    running.resume();
    running.on("end", () => callback(null, {}));
  },
  serverStream: (running) => void running.end(),
  bidi: (running) => {
    running.resume();
    running.on("end", () => running.end());
  },
};

test.each(KINDS)("the reply of a closed %s action waits for its result", async (kind) => {
  const { synced, confirm } = secondSync();
  const audit = await open(CLOSED, () => ({ synced }));
  const handler = answers[kind];
  const service = await serve(grpc, {
    Do: { kind, ...(handler === undefined ? {} : { handler }) },
    Ping: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  onTestFinished(service.close);
  let isAnswered = false;
  const reply = call(grpc, service.address, "Do", kind, { onStatus: () => (isAnswered = true) });
  await until(() => recordsOf(audit).length === 2);
  // Another call, there and back, while the first one waits.
  await call(grpc, service.address, "Ping", "unary");
  expect(isAnswered).toBe(false);
  confirm();
  expect((await reply).code).toBe(grpc.status.OK);
  await turn();
  expect(recordsOf(audit)).toHaveLength(3);
});

test("the reply of a closed action leaves after two seconds, and health is red until the disk answers", async () => {
  const { synced } = secondSync();
  const audit = await open(CLOSED, () => ({ synced }));
  const service = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  onTestFinished(service.close);
  const unconfirmed = vi.fn<CaptureTarget["unconfirmed"]>();
  const target = captureTargetOf(audit);
  if (target === null) throw new Error("no target");
  patchGrpc(grpc, {
    targetOf: () => ({ ...target, synced: secondSync().synced, unconfirmed }),
    beforeListen() {},
    report() {},
  });
  const second = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  onTestFinished(second.close);
  expect((await call(grpc, second.address, "Do", "unary")).code).toBe(grpc.status.OK);
  expect(unconfirmed).toHaveBeenCalledWith(
    "probe.Probe/Do",
    "the disk did not confirm within 2000 ms",
  );
});

test("a stream that ended well stays so, whatever its handler does afterwards", async () => {
  const audit = await open(OPEN);
  const service = await serve(grpc, {
    Do: {
      kind: "serverStream",
      async handler(running) {
        // More than the connection takes at once.
        for (let at = 0; at < 40; at++) running.write({ text: "x".repeat(10_000) });
        running.end();
        await turn();
        throw new Error("cleanup failed");
      },
    },
  });
  onTestFinished(service.close);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", () => {});
  onTestFinished(() => {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  });
  const reply = await call(grpc, service.address, "Do", "serverStream");
  expect([reply.code, reply.messages.length]).toEqual([grpc.status.OK, 40]);
  await until(() => audit.health().openCalls === 0);
  expect(recordsOf(audit)).toEqual(["result rpc_call success OK"]);
});

test("a handler that throws what cannot be read", async () => {
  const audit = await open(OPEN);
  const service = await serve(grpc, {
    Do: {
      kind: "unary",
      handler() {
        throw Object.defineProperty(new Error("x"), "code", {
          get() {
            throw new Error("no code");
          },
        });
      },
    },
  });
  onTestFinished(service.close);
  const { code } = await call(grpc, service.address, "Do", "unary");
  expect(code).toBe(grpc.status.UNKNOWN);
  await until(() => audit.health().openCalls === 0);
  expect(recordsOf(audit)).toEqual(["result rpc_call failure UNKNOWN"]);
});

test("an interceptor of credentials stands below ours: what it refuses is recorded too", async () => {
  const audit = await open(OPEN);
  const plain = grpc.ServerCredentials.createInsecure();
  const service = await serve(
    grpc,
    { Do: { kind: "unary", handler: (_, callback) => callback(null, {}) } },
    { credentials: grpc.experimental.createServerCredentialsWithInterceptors(plain, [atStart]) },
  );
  onTestFinished(service.close);
  const { code } = await call(grpc, service.address, "Do", "unary");
  expect(code).toBe(grpc.status.PERMISSION_DENIED);
  await until(() => recordsOf(audit).length > 0);
  expect(recordsOf(audit)).toEqual(["result rpc_call denied PERMISSION_DENIED"]);
});

test("a server that is only fed connections by hand is audited, its coverage checked", async () => {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: { version: 1, coverage: "strict", rules: [{ method: "probe.Probe/Do" }] },
  });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  const bytes = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const parse = (text: Buffer): object => JSON.parse(text.toString()) as object;
  const definition = (name: string): grpc.MethodDefinition<object, object> => ({
    path: `/probe.Probe/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: parse,
    responseSerialize: bytes,
    responseDeserialize: parse,
  });
  const answer = (_: unknown, callback: grpc.sendUnaryData<object>): void => callback(null, {});
  const strict = new grpc.Server();
  strict.addService({ Other: definition("Other") }, { Other: answer });
  const insecure = grpc.ServerCredentials.createInsecure();
  expect(() => strict.createConnectionInjector(insecure)).toThrow(/coverage is strict/);

  const server = new grpc.Server();
  server.addService({ Do: definition("Do") }, { Do: answer });
  const injector = server.createConnectionInjector(insecure);
  const listener = createServer((socket) => injector.injectConnection(socket));
  onTestFinished(() => {
    injector.destroy();
    server.forceShutdown();
    listener.close();
  });
  const port = await new Promise<number>((resolve) => {
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  expect((await call(grpc, `127.0.0.1:${port}`, "Do", "unary")).code).toBe(grpc.status.OK);
  expect(recordsOf(audit)).toEqual(["result rpc_call success OK"]);
});

test.each<[name: string, policy: PolicyDocument, records: readonly string[]]>([
  [
    "a closed rule with an open action that only the reply decides",
    {
      version: 1,
      rules: [
        {
          method: "probe.Probe/Do",
          failure: "closed",
          actions: [{ action: "pause", failure: "open", when: { "response.paused": true } }],
        },
      ],
    },
    ["intent rpc_call unknown -", "result rpc_call success OK"],
  ],
  [
    "a closed action that the request decides",
    {
      version: 1,
      rules: [
        {
          method: "probe.Probe/Do",
          failure: "closed",
          actions: [{ action: "pause", when: { "request.n": 1 } }],
        },
      ],
    },
    ["intent pause unknown -", "result pause success OK"],
  ],
])("intents of %s", async (_name, policy, records) => {
  const audit = await open(policy);
  const service = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  onTestFinished(service.close);
  await call(grpc, service.address, "Do", "unary", { messages: [{ n: 1 }] });
  expect(recordsOf(audit)).toEqual(records);
});

test("a closed action that runs long has one intent", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const audit = await open(CLOSED);
  const { promise: entered, resolve: enter } = Promise.withResolvers<() => void>();
  const service = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => enter(() => callback(null, {})) },
  });
  onTestFinished(service.close);
  const reply = call(grpc, service.address, "Do", "unary");
  const answer = await entered;
  vi.advanceTimersByTime(30_000);
  answer();
  await reply;
  expect(recordsOf(audit)).toEqual([
    "intent permission_change unknown -",
    "result permission_change success OK",
  ]);
});
