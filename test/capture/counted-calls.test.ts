/** Calls handled and calls recorded, as the checkpoints of their stream count them. */
import { appendFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { type Audit, auditGrpc, createAudit, type PolicyDocument } from "otel-audit";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type CaptureTarget, patchGrpc } from "../../src/capture/index.ts";
import { createCallTotals } from "../../src/record/index.ts";
import { captureTargetOf } from "../../src/setup/create-audit.ts";
import { streamRecords } from "../support/adopted.ts";
import { countsIn } from "../support/counted-calls.ts";
import {
  call,
  type CallOptions,
  type Handler,
  type Kind,
  KINDS,
  type Method,
  serve,
} from "../support/grpc-service.ts";
import { smallDisk } from "../support/small-disk.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { PATIENCE } from "../support/patience.ts";

const POLICY: PolicyDocument = {
  version: 1,
  rules: [
    {
      method: "probe.Probe/Two",
      actions: [{ action: "pause" }, { action: "resume" }],
    },
    { method: "probe.Probe/Closed", actions: [{ action: "permission_change" }] },
    { method: "probe.Probe/Silent", level: "none" },
  ],
  exempt: [{ method: "probe.Probe/Exempt", reason: "a test says so" }],
};

const answer: Handler = (running, callback) => {
  if (callback !== undefined) return callback(null, {});
  running.resume?.();
  return running.end();
};
const ANSWERS: Readonly<Record<Kind, Handler>> = {
  unary: answer,
  serverStream: answer,
  clientStream: (running, callback) => {
    running.resume();
    running.on("end", () => callback(null, {}));
  },
  bidi: (running) => {
    running.resume();
    running.on("end", () => running.end());
  },
};
const FAILS: Readonly<Record<Kind, Handler>> = {
  unary: (_, callback) => callback({ code: grpc.status.INTERNAL, details: "no" }),
  clientStream: (_, callback) => callback({ code: grpc.status.INTERNAL, details: "no" }),
  serverStream: (running) =>
    void running.emit("error", { code: grpc.status.INTERNAL, details: "no" }),
  bidi: (running) => void running.emit("error", { code: grpc.status.INTERNAL, details: "no" }),
};

interface Probe {
  readonly audit: Audit;
  readonly call: (
    name: string,
    options?: CallOptions & { readonly kind?: Kind },
  ) => Promise<grpc.status>;
  /** Closes the audit log and gives what its checkpoints count. */
  readonly counts: () => Promise<ReturnType<typeof countsIn>>;
}

async function probe(
  methods: Readonly<Record<string, Method>>,
  { directory = temporaryDirectory(), change = (target: CaptureTarget) => target } = {},
): Promise<Probe> {
  const audit = await createAudit({ directory, format: "journal", policy: POLICY });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  const target = captureTargetOf(audit);
  if (target === null) throw new Error("no target");
  const changed = change(target);
  patchGrpc(grpc, { targetOf: () => changed, beforeListen() {}, report: target.report });
  const service = await serve(grpc, methods);
  onTestFinished(service.close);
  return {
    audit,
    call: async (name, { kind = methods[name]?.kind ?? "unary", ...options } = {}) =>
      (await call(grpc, service.address, name, kind, options)).code,
    async counts() {
      await audit.close();
      return countsIn(directory, audit.stream);
    },
  };
}

describe.each(KINDS)("%s calls", (kind) => {
  test("that answer, fail, are cancelled or are never answered", async () => {
    const entered = Promise.withResolvers<void>();
    const { call: ask, counts } = await probe({
      Do: { kind, handler: ANSWERS[kind] },
      Fail: { kind, handler: FAILS[kind] },
      Throw: {
        kind,
        handler() {
          throw new Error("broken");
        },
      },
      Hang: { kind, handler: () => entered.resolve() },
      Leave: { kind, handler: () => new Promise(() => {}) },
      None: { kind },
    });
    await ask("Do");
    await ask("Do");
    await ask("Fail");
    await ask("Throw");
    await ask("None");
    await ask("Leave", { deadline: new Date(Date.now() + 200) });
    let cancel: (() => void) | undefined;
    const hanging = ask("Hang", { onCall: (running) => (cancel = () => running.cancel()) });
    await entered.promise;
    cancel?.();
    await hanging;
    expect(await counts()).toEqual({
      "probe.Probe/Do": [2, 2],
      "probe.Probe/Fail": [1, 1],
      "probe.Probe/Throw": [1, 1],
      "probe.Probe/None": [1, 1],
      "probe.Probe/Leave": [1, 1],
      "probe.Probe/Hang": [1, 1],
    });
  });
});

test("what nobody records is not counted: exempt methods, level none, methods that are not served", async () => {
  const { call: ask, counts } = await probe({
    Exempt: { kind: "unary", handler: answer },
    Silent: { kind: "unary", handler: answer },
    Do: { kind: "unary", handler: answer },
  });
  for (const name of ["Exempt", "Silent", "Do"]) expect(await ask(name)).toBe(grpc.status.OK);
  for (let at = 0; at < 5; at++) {
    expect(await ask(`Guess${at}`, { kind: "unary" })).toBe(grpc.status.UNIMPLEMENTED);
  }
  expect(await counts()).toEqual({ "probe.Probe/Do": [1, 1] });
});

test("a call of several actions is one, and no checkpoint stands between its results", async () => {
  const { audit, call: ask, counts } = await probe({ Two: { kind: "unary", handler: answer } });
  // The next checkpoint is due with the first of the two results.
  for (let at = 0; at < 254; at++) {
    await audit.record({ action: "note_write", actor: "ann", target: { id: `${at}` } });
  }
  await ask("Two");
  expect(await counts()).toEqual({ "probe.Probe/Two": [1, 1] });
  const kinds = streamRecords(audit.directory, audit.stream).map(
    ({ attributes }) => attributes["audit.action"],
  );
  expect(kinds.slice(256)).toEqual(["pause", "resume", "checkpoint", "checkpoint"]);
});

test("100 failures of nobody count each, once the record that they are folded into is written", async () => {
  const {
    audit,
    call: ask,
    counts,
  } = await probe({ Fail: { kind: "unary", handler: FAILS.unary } });
  await Promise.all(Array.from({ length: 100 }, () => ask("Fail")));
  await audit.flush();
  const early = countsIn(audit.directory, audit.stream)["probe.Probe/Fail"];
  expect(early?.[0]).toBe(100);
  expect(await counts()).toEqual({ "probe.Probe/Fail": [100, 100] });
  const results = streamRecords(audit.directory, audit.stream).filter(
    ({ attributes }) => attributes["audit.record.kind"] === "result",
  );
  expect(results.length).toBeLessThan(100);
});

describe("a bug of ours hides no call", () => {
  const fail = (): never => {
    throw new Error("a bug");
  };
  test.for<{ name: string; change: (target: CaptureTarget) => Partial<CaptureTarget> }>([
    {
      name: "policy",
      change({ policy }) {
        let asked = 0;
        // When the server begins to listen, each method is asked for.
        const planOf: typeof policy.planOf = (method) =>
          ++asked > 2 ? fail() : policy.planOf(method);
        return { policy: { ...policy, planOf } };
      },
    },
    { name: "actor", change: () => ({ findActor: fail }) },
    { name: "call ids", change: () => ({ newId: fail }) },
    { name: "open calls", change: ({ openCalls }) => ({ openCalls: { ...openCalls, add: fail } }) },
    { name: "catalogue", change: ({ catalogue }) => ({ catalogue: { ...catalogue, find: fail } }) },
    { name: "redaction and journal", change: () => ({ emit: fail }) },
  ])("$name", async ({ change }) => {
    const { call: ask, counts } = await probe(
      { Do: { kind: "unary", handler: answer }, Other: { kind: "unary" } },
      { change: (target) => ({ ...target, ...change(target) }) },
    );
    await ask("Do");
    await ask("Do");
    expect(await counts()).toEqual({ "probe.Probe/Do": [2, 0] });
  });

  test("also of a call that comes to no handler", async () => {
    const {
      audit,
      call: ask,
      counts,
    } = await probe(
      { Do: { kind: "unary", handler: () => expect.unreachable() } },
      { change: (target) => ({ ...target, findActor: fail }) },
    );
    expect(await ask("Do", { messages: [Buffer.from("no message")] })).toBe(grpc.status.INTERNAL);
    // It counts when its connection is done with it, which the client does not wait for.
    const totals = captureTargetOf(audit)?.calls;
    await vi.waitFor(() => expect([...(totals?.all() ?? [])][0]?.handled).toBe(1), PATIENCE);
    expect(await counts()).toEqual({ "probe.Probe/Do": [1, 0] });
  });
});

test("records that a full disk refused: fewer were recorded than handled", async (context) => {
  const disk = smallDisk("1m");
  if (disk === undefined) {
    console.warn(
      "test/capture/counted-calls.test.ts: SKIPPED: mounting a tmpfs needs root on Linux",
    );
    context.skip();
    return;
  }
  const { call: ask, counts } = await probe(
    {
      Do: { kind: "unary", handler: answer },
      Closed: { kind: "unary", handler: answer },
    },
    { directory: join(disk, "audit") },
  );
  expect(await ask("Do")).toBe(grpc.status.OK);
  const { bavail, bsize } = statfsSync(disk);
  try {
    appendFileSync(join(disk, "filler"), Buffer.alloc(bavail * bsize));
  } catch {
    // As full as it gets.
  }
  for (let at = 0; at < 20; at++) await ask("Do");
  let refused = 0;
  for (let at = 0; at < 20; at++) {
    if ((await ask("Closed")) === grpc.status.UNAVAILABLE) refused++;
  }
  expect(refused).toBeGreaterThan(0);
  rmSync(join(disk, "filler"));
  const { "probe.Probe/Do": done, "probe.Probe/Closed": closed } = await counts();
  expect(done?.[0]).toBe(21);
  expect(done?.[1]).toBeLessThan(21);
  expect(closed?.[0]).toBe(20);
  expect(closed?.[1]).toBeLessThan(20);
});

test("a closed action that is refused counts, with the record that says so", async () => {
  const { call: ask, counts } = await probe(
    { Closed: { kind: "unary", handler: answer } },
    { change: (target) => ({ ...target, synced: () => Promise.reject(new Error("no disk")) }) },
  );
  expect(await ask("Closed")).toBe(grpc.status.UNAVAILABLE);
  expect(await counts()).toEqual({ "probe.Probe/Closed": [1, 1] });
});

test("beyond a thousand methods, calls count together", () => {
  const totals = createCallTotals();
  for (let at = 0; at < 1500; at++) totals.begin(`a.B/${at}`).handled();
  totals.begin("a.B/1").handled();
  const all = [...totals.all()];
  expect(all).toHaveLength(1001);
  expect(all[1]).toEqual({ method: "a.B/1", handled: 2, recorded: 0 });
  expect(all.at(-1)).toEqual({ method: "*", handled: 500, recorded: 0 });
});

test.for([
  { name: "recorded before it is handled", steps: ["recorded", "handled"] },
  { name: "recorded after it", steps: ["handled", "recorded"] },
  { name: "both more than once", steps: ["recorded", "handled", "handled", "recorded"] },
] as const)("a call counts once: $name", ({ steps }) => {
  const totals = createCallTotals();
  const counted = totals.begin("a.B/C");
  for (const step of steps) {
    counted[step]();
    const [total] = totals.all();
    expect(total?.recorded).toBeLessThanOrEqual(total?.handled ?? 0);
  }
  expect([...totals.all()]).toEqual([{ method: "a.B/C", handled: 1, recorded: 1 }]);
});
