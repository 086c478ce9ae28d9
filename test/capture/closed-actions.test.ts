/** No audit, no action: what `closed` means for a captured call. */
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit, type PolicyDocument } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { type CaptureTarget, patchGrpc } from "../../src/capture/index.ts";
import { captureTargetOf } from "../../src/setup/create-audit.ts";
import { call, type Kind, KINDS, type Method, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { smallDisk } from "../support/small-disk.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const POLICY: PolicyDocument = {
  version: 1,
  rules: [
    {
      method: "probe.Probe/Do",
      actions: [{ action: "permission_change", after: { role: "request.role" } }],
      target: { type: "user", id: "request.user" },
    },
  ],
};
const REQUEST = { user: "bob", role: "admin" };

const ENDS: Readonly<Record<Kind, NonNullable<Method["handler"]>>> = {
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

const linesOf = (directory: string): unknown[] =>
  recordsIn(directory).map(({ attributes, body }) => [
    attributes["audit.record.kind"],
    attributes["audit.action"],
    attributes["audit.outcome"],
    attributes["audit.target.id"],
    body["after"],
  ]);

test.each(KINDS)("a closed %s action: the intent stands before the handler runs", async (kind) => {
  const audit = await createAudit({ directory: temporaryDirectory(), policy: POLICY });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  let atHandler: readonly unknown[] = [];
  const service = await serve(grpc, {
    Do: {
      kind,
      handler(running, callback) {
        atHandler = linesOf(audit.directory);
        return ENDS[kind](running, callback);
      },
    },
  });
  onTestFinished(service.close);
  const reply = await call(grpc, service.address, "Do", kind, { messages: [REQUEST] });
  expect(reply.code).toBe(grpc.status.OK);
  // What a stream of requests is about is not known before its first message.
  const isSingle = kind === "unary" || kind === "serverStream";
  const about = isSingle ? ["bob", { role: "admin" }] : [undefined, undefined];
  expect(atHandler).toEqual([["intent", "permission_change", "unknown", ...about]]);
  expect(linesOf(audit.directory)).toEqual([
    ...atHandler,
    ["result", "permission_change", "success", "bob", { role: "admin" }],
  ]);
  const [intent, result] = recordsIn(audit.directory);
  expect(intent?.attributes["audit.call.id"]).toBe(result?.attributes["audit.call.id"]);
  expect(intent?.attributes["exception.message"]).toBeUndefined();
  expect(audit.health()).toMatchObject({ state: "green", problems: [], lost: 0, refused: 0 });
});

/** A disk that never answers cannot be had here: only this promise is a stand-in. */
function onHungDisk(target: CaptureTarget): CaptureTarget {
  return { ...target, synced: () => new Promise(() => {}) };
}

test.each(KINDS)(
  "a closed %s action is refused when the disk does not confirm its intent",
  async (kind) => {
    const audit = await createAudit({ directory: temporaryDirectory(), policy: POLICY });
    onTestFinished(() => audit.close());
    const target = captureTargetOf(audit);
    if (target === null) throw new Error("no target");
    patchGrpc(grpc, {
      targetOf: () => onHungDisk(target),
      beforeListen() {},
      report() {},
    });
    let calls = 0;
    const service = await serve(grpc, {
      Do: { kind, handler: () => void calls++ },
      Open: { kind: "unary", handler: (_, callback) => callback(null, {}) },
    });
    onTestFinished(service.close);
    const reply = await call(grpc, service.address, "Do", kind, { messages: [REQUEST] });
    expect(reply).toMatchObject({
      code: grpc.status.UNAVAILABLE,
      details:
        "the action was not carried out because it could not be audited; trying again is safe",
    });
    expect(calls).toBe(0);
    expect((await call(grpc, service.address, "Open", "unary")).code).toBe(grpc.status.OK);
    expect(
      recordsIn(audit.directory).map(({ attributes }) => [
        attributes["audit.record.kind"],
        attributes["audit.action"],
        attributes["rpc.status_code"],
        attributes["exception.message"],
      ]),
    ).toEqual([
      ["intent", "permission_change", undefined, undefined],
      [
        "result",
        "permission_change",
        "UNAVAILABLE",
        "not audited: the disk did not confirm within 2000 ms",
      ],
      ["result", "rpc_call", "OK", undefined],
    ]);
    expect(audit.health()).toMatchObject({ state: "yellow", refused: 1, lost: 0 });
  },
);

test("a client that gives up while the disk is waited for: the handler is not called", async () => {
  const audit = await createAudit({ directory: temporaryDirectory(), policy: POLICY });
  onTestFinished(() => audit.close());
  const target = captureTargetOf(audit);
  if (target === null) throw new Error("no target");
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: confirmed, resolve: confirm } = Promise.withResolvers<void>();
  patchGrpc(grpc, {
    targetOf: () => ({
      ...target,
      synced: () => {
        ask();
        return confirmed;
      },
    }),
    beforeListen() {},
    report() {},
  });
  let calls = 0;
  const service = await serve(grpc, { Do: { kind: "unary", handler: () => void calls++ } });
  onTestFinished(service.close);
  const reply = await call(grpc, service.address, "Do", "unary", {
    messages: [REQUEST],
    onCall: (running) => void asked.then(() => running.cancel()),
  });
  expect(reply.code).toBe(grpc.status.CANCELLED);
  while (recordsIn(audit.directory).length < 2) await new Promise((next) => setImmediate(next));
  confirm();
  await new Promise((next) => setImmediate(next));
  expect(calls).toBe(0);
  expect(linesOf(audit.directory)).toEqual([
    ["intent", "permission_change", "unknown", "bob", { role: "admin" }],
    ["result", "permission_change", "failure", "bob", { role: "admin" }],
  ]);
});

test("a full disk: open actions go on, closed ones are refused, both tell", async (context) => {
  const disk = smallDisk();
  if (disk === undefined) {
    console.warn(
      "test/capture/closed-actions.test.ts: SKIPPED, NOT TESTED: mounting a tmpfs needs root on Linux",
    );
    context.skip();
    return;
  }
  const audit = await createAudit({
    directory: join(disk, "audit"),
    format: "journal",
    policy: POLICY,
  });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  let calls = 0;
  const service = await serve(grpc, {
    Do: {
      kind: "unary",
      handler(_, callback) {
        calls++;
        callback(null, {});
      },
    },
    Open: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  onTestFinished(service.close);
  const send = async (name: string): Promise<number> =>
    (await call(grpc, service.address, name, "unary", { messages: [REQUEST] })).code;
  const filler = join(disk, "filler");
  try {
    writeFileSync(filler, Buffer.alloc(1 << 20));
  } catch {
    // As full as it gets.
  }
  // What is left of the last page takes some records yet.
  while (audit.health().lost === 0) expect(await send("Open")).toBe(grpc.status.OK);
  expect(audit.health().state).toBe("red");
  expect(await send("Do")).toBe(grpc.status.UNAVAILABLE);
  expect(calls).toBe(0);
  expect(audit.health()).toMatchObject({ state: "red", refused: 1 });

  rmSync(filler);
  expect(await send("Do")).toBe(grpc.status.OK);
  expect(calls).toBe(1);
  await expect.poll(() => audit.health().state).toBe("yellow");
  expect(await send("Open")).toBe(grpc.status.OK);
  const { lost } = audit.health();
  const gaps = recordsIn(audit.directory).filter(
    ({ attributes }) => attributes["audit.record.kind"] === "gap",
  );
  const counts = gaps.map(({ attributes }) => Number(attributes["audit.count"]));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(lost);
});

test("below the reserve the failure policy of the rule says what is written, not that of the action", async (context) => {
  const disk = smallDisk();
  if (disk === undefined) {
    console.warn(
      "test/capture/closed-actions.test.ts: SKIPPED, NOT TESTED: mounting a tmpfs needs root on Linux",
    );
    context.skip();
    return;
  }
  const audit = await createAudit({
    directory: join(disk, "audit"),
    format: "journal",
    policy: {
      version: 1,
      rules: [
        { method: "probe.Probe/Open", actions: [{ action: "role_change" }], failure: "open" },
        { method: "probe.Probe/Do", actions: [{ action: "pause" }], failure: "closed" },
      ],
    },
  });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  const handler: Method["handler"] = (_, callback) => callback(null, {});
  const service = await serve(grpc, {
    Do: { kind: "unary", handler },
    Open: { kind: "unary", handler },
  });
  onTestFinished(service.close);
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "filler"), Buffer.alloc(bavail * bsize - 20 * 1024));
  await expect.poll(() => audit.health().state).toBe("red");
  for (const name of ["Open", "Do", "Open", "Do"]) {
    const { code } = await call(grpc, service.address, name, "unary", { messages: [REQUEST] });
    expect(code).toBe(grpc.status.OK);
  }
  expect(audit.health()).toMatchObject({ lost: 2, refused: 0 });
  const results = recordsIn(audit.directory).filter(
    ({ attributes }) => attributes["audit.record.kind"] === "result",
  );
  expect(results.map(({ attributes }) => attributes["audit.action"])).toEqual(["pause", "pause"]);
});
