/** Actions from their beginning to their end, and what nobody was allowed to do. */
import { setImmediate as turn } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { type Audit, AuditError, auditGrpc, createAudit, defineAction } from "otel-audit";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCatalogue } from "../../src/event/index.ts";
import {
  createRecorder,
  type Draft,
  type Recorder,
  type RunningEntry,
} from "../../src/record/index.ts";
import { call, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const move = defineAction({ name: "sample_move", required: ["target", "after"] });

async function open(): Promise<Audit> {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: { version: 1 },
    actions: [move],
  });
  onTestFinished(() => audit.close());
  return audit;
}

const OPEN = { action: "pause", actor: "ann" } as const;
const CLOSED = {
  action: "permission_change",
  actor: "ann",
  target: { type: "user", id: "bob" },
} as const;

const kindsIn = ({ directory }: Audit): unknown[] =>
  recordsIn(directory).map(({ attributes }) => [
    attributes["audit.record.kind"],
    attributes["audit.outcome"],
  ]);

describe("deny", () => {
  test("records the same as record, with outcome denied", async () => {
    const audit = await open();
    const receipt = await audit.deny({ ...OPEN, error: "annotators may not pause" });
    expect(receipt).toEqual({ recordId: `${audit.stream}.3`, written: true, synced: true });
    expect(recordsIn(audit.directory)[0]?.attributes).toMatchObject({
      "audit.outcome": "denied",
      "exception.message": "annotators may not pause",
      "audit.actor.id": "ann",
    });
  });

  test.each<[name: string, event: unknown, code: string]>([
    ["no event", undefined, "unknown_action"],
    ["an unknown action", { action: "nope", actor: "ann" }, "unknown_action"],
    ["nobody", { action: "pause" }, "invalid_event"],
  ])("%s is refused", async (_name, event, code) => {
    const audit = await open();
    await expect(audit.deny(event as never)).rejects.toMatchObject({ code });
  });
});

describe("around, an open action", () => {
  test.each<[name: string, run: () => unknown]>([
    ["a value", () => "value"],
    ["a promise", async () => "value"],
  ])("%s comes back, and a success is recorded", async (_name, run) => {
    const audit = await open();
    expect(await audit.around(OPEN, run)).toBe("value");
    expect(kindsIn(audit)).toEqual([["result", "success"]]);
  });

  test("the function runs at once, and gets the same object back", async () => {
    const audit = await open();
    const value = {};
    let runs = 0;
    const given = audit.around(OPEN, () => {
      runs++;
      return value;
    });
    expect(runs).toBe(1);
    expect(await given).toBe(value);
  });

  const unreadable = Object.defineProperty({}, "code", {
    get() {
      throw new Error("no code");
    },
  });
  test.each<[name: string, thrown: unknown, outcome: string, attributes: object]>([
    [
      "an error",
      new RangeError("too far"),
      "failure",
      { "exception.message": "too far", "error.type": "RangeError" },
    ],
    ["a text", "no disk", "failure", { "exception.message": "no disk" }],
    ["undefined", undefined, "failure", { "exception.message": "undefined" }],
    ["an object that cannot be read", unreadable, "failure", {}],
    ["PERMISSION_DENIED", Object.assign(new Error("no"), { code: 7 }), "denied", {}],
    ["UNAUTHENTICATED", Object.assign(new Error("who"), { code: 16 }), "denied", {}],
    ["a denial by name", Object.assign(new Error("no"), { code: "denied" }), "denied", {}],
    ["NOT_FOUND", Object.assign(new Error("no"), { code: 5 }), "failure", {}],
  ])("%s that is thrown comes back as it is", async (_name, thrown, outcome, attributes) => {
    for (const run of [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ]) {
      const audit = await open();
      const caught = await audit.around(OPEN, run).then(
        () => "nothing",
        (error: unknown) => error,
      );
      expect(caught).toBe(thrown);
      expect(recordsIn(audit.directory)[0]?.attributes).toMatchObject({
        "audit.outcome": outcome,
        ...attributes,
      });
    }
  });

  test("what is set is in the record, as it was when it was set", async () => {
    const audit = await open();
    const state = { fold: "train", other: 1 };
    await audit.around(
      { ...OPEN, action: "sample_move" as "pause", before: state },
      async ({ set }) => {
        state.fold = "test";
        set({ target: { id: "s-1" }, after: state, details: { a: 1 } });
        state.fold = "later";
        await turn();
        set({ details: { b: 2 } });
      },
    );
    const [record] = recordsIn(audit.directory);
    expect(record?.body).toEqual({
      before: { fold: "train" },
      after: { fold: "test" },
      a: 1,
      b: 2,
    });
    expect(record?.attributes["audit.integrity.incomplete"]).toBeUndefined();
    expect(record?.attributes["audit.target.id"]).toBe("s-1");
  });

  test("what the function says of the outcome counts, and nothing after the end", async () => {
    const audit = await open();
    let late: (() => void) | undefined;
    await audit.around(OPEN, ({ set }) => {
      set({ outcome: "failure", error: "answered with success: false" });
      late = () => set({ reason: "too late" });
    });
    late?.();
    expect(recordsIn(audit.directory)[0]?.attributes).toMatchObject({
      "audit.outcome": "failure",
      "exception.message": "answered with success: false",
    });
  });

  test("an action that lacks what it needs is recorded and marked; a failed one is not", async () => {
    const audit = await open();
    const event = { ...OPEN, action: "sample_move" as "pause", target: { id: "s-1" } };
    await audit.around(event, () => {});
    await audit.around(event, () => Promise.reject(new Error("no"))).catch(() => {});
    expect(
      recordsIn(audit.directory).map(({ attributes }) => attributes["audit.integrity.incomplete"]),
    ).toEqual(["after is missing", undefined]);
  });

  test.each<[name: string, event: unknown, code: string, message: RegExp]>([
    ["an unknown action", { action: "nope", actor: "a" }, "unknown_action", /unknown action/],
    ["nobody", { action: "pause" }, "invalid_event", /actor is missing/],
    ["a state that is no map", { ...OPEN, before: 7 }, "invalid_event", /event: before is no map/],
    ["nothing", undefined, "invalid_event", /must be a map/],
  ])("%s is refused before the function runs", async (_name, event, code, message) => {
    const audit = await open();
    let runs = 0;
    await expect(audit.around(event as never, () => runs++)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(runs).toBe(0);
    expect(kindsIn(audit)).toEqual([]);
  });
});

describe("around, a closed action", () => {
  test("the intent stands before the function runs, with the call id of the result", async () => {
    const audit = await open();
    let before: unknown[] = [];
    await audit.around(CLOSED, ({ set }) => {
      before = kindsIn(audit);
      set({ after: { role: "admin" } });
    });
    expect(before).toEqual([["intent", "unknown"]]);
    expect(kindsIn(audit)).toEqual([...before, ["result", "success"]]);
    const [intent, result] = recordsIn(audit.directory);
    expect(intent?.attributes["audit.call.id"]).toMatch(/^[A-Za-z][\w-]{15}$/);
    expect(result?.attributes["audit.call.id"]).toBe(intent?.attributes["audit.call.id"]);
    expect(intent?.attributes["exception.message"]).toBeUndefined();
    expect(result?.body).toEqual({ after: { role: "admin" } });
  });

  test("inside of a gRPC call: its id, its actor", async () => {
    const audit = await open();
    auditGrpc(grpc, audit);
    const service = await serve(grpc, {
      Do: {
        kind: "unary",
        async handler(_, callback) {
          const { actor: _actor, ...event } = CLOSED;
          callback(null, await audit.around({ ...event, after: { role: "x" } }, () => ({})));
        },
      },
    });
    onTestFinished(service.close);
    await call(grpc, service.address, "Do", "unary");
    const records = recordsIn(audit.directory);
    expect(records.map(({ attributes }) => attributes["audit.action"])).toEqual([
      "permission_change",
      "permission_change",
      "rpc_call",
    ]);
    expect(new Set(records.map(({ attributes }) => attributes["audit.call.id"])).size).toBe(1);
    expect(records[0]?.attributes["audit.actor.id"]).toBe("anonymous");
  });

  test("a closed audit log: closed actions are refused, open ones go on", async () => {
    const audit = await open();
    await audit.close();
    let runs = 0;
    const refused: unknown = await audit
      .around(CLOSED, () => runs++)
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AuditError);
    expect(refused).toMatchObject({ code: "not_audited", cause: { code: "closed" } });
    expect(runs).toBe(0);
    expect(await audit.around(OPEN, () => "value")).toBe("value");
  });
});

describe("an action that is still running", () => {
  test.each<[name: string, event: typeof OPEN | typeof CLOSED, kinds: unknown[]]>([
    ["open", OPEN, [["result", "unknown"]]],
    [
      "closed",
      CLOSED,
      [
        ["intent", "unknown"],
        ["result", "unknown"],
      ],
    ],
  ])("%s: closing the audit log records that nobody knows its end", async (_name, event, kinds) => {
    const audit = await open();
    const { promise, resolve } = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const given = audit.around(event, ({ set }) => {
      set({ details: { step: 1 } });
      begun.resolve();
      return promise;
    });
    await begun.promise;
    expect(audit.health().openCalls).toBe(1);
    await audit.close();
    resolve("value");
    expect(await given).toBe("value");
    expect(kindsIn(audit)).toEqual(kinds);
    const record = recordsIn(audit.directory).at(-1);
    expect(record?.attributes["exception.message"]).toBe(
      "still running when the audit log was closed",
    );
    expect(record?.body).toMatchObject({ step: 1 });
    expect(audit.health().openCalls).toBe(0);
  });

  test("for long: an intent says that it began, once", async () => {
    const running: RunningEntry[] = [];
    const { recorder, drafts } = onDisk({}, running);
    const { promise, resolve } = Promise.withResolvers<void>();
    const given = recorder.around(OPEN, () => promise);
    for (const entry of running) entry.note();
    resolve();
    await given;
    expect(running).toEqual([]);
    expect(drafts.map(({ attributes }) => attributes["audit.record.kind"])).toEqual([
      "intent",
      "result",
    ]);
    expect(new Set(drafts.map(({ attributes }) => attributes["audit.call.id"])).size).toBe(1);
  });

  test("closed, and its intent is still on the way to the disk: the function is not called", async () => {
    const running: RunningEntry[] = [];
    const disk = Promise.withResolvers<void>();
    const { recorder, drafts } = onDisk({ synced: () => disk.promise }, running);
    let runs = 0;
    const given = recorder.around(CLOSED, () => runs++);
    for (const entry of running.slice()) entry.abandon();
    disk.resolve();
    await expect(given).rejects.toMatchObject({ code: "not_audited", cause: { code: "closed" } });
    expect(runs).toBe(0);
    expect(drafts.map(({ attributes }) => attributes["audit.record.kind"])).toEqual([
      "intent",
      "result",
    ]);
  });

  test("for long, and closed: its intent stands already", async () => {
    const running: RunningEntry[] = [];
    const { recorder, drafts } = onDisk({}, running);
    await recorder.around(CLOSED, ({ set }) => {
      for (const entry of running) entry.note();
      set({ after: { role: "x" } });
    });
    expect(drafts.map(({ attributes }) => attributes["audit.record.kind"])).toEqual([
      "intent",
      "result",
    ]);
  });
});

/** Disks that fail in one way only cannot be had here: the journal's end is a stand-in. */
function onDisk(
  disk: { emit?: () => void; synced?: () => Promise<void> },
  running: RunningEntry[] = [],
): {
  readonly recorder: Recorder;
  readonly drafts: Draft[];
  readonly told: string[];
} {
  const drafts: Draft[] = [];
  const told: string[] = [];
  const recorder = createRecorder({
    catalogue: createCatalogue([]),
    newId: () => "CallIdCallIdCall",
    nowMillis: () => 0,
    running: {
      add: (entry) => void running.push(entry),
      delete: (entry) => void running.splice(running.indexOf(entry), 1),
    },
    emit(draft) {
      disk.emit?.();
      drafts.push(draft);
      return String(drafts.length);
    },
    synced: disk.synced ?? (() => Promise.resolve()),
    lost: (why) => told.push(`lost: ${why}`),
    refused: (what, why) => told.push(`refused: ${what}: ${why}`),
    report: (line) => told.push(line),
  });
  return { recorder, drafts, told };
}

describe("a disk that fails", () => {
  const full = (): void => {
    throw new AuditError("write_failed", "ENOSPC");
  };

  test("an open action gives its value all the same", async () => {
    const { recorder, told } = onDisk({ emit: full });
    expect(await recorder.around(OPEN, () => "value")).toBe("value");
    // The journal counts and reports its own refusals.
    expect(told).toEqual([]);
  });

  test("a record that cannot even be made is counted as lost", async () => {
    const { recorder, told } = onDisk({
      emit() {
        throw new TypeError("a bug");
      },
    });
    expect(await recorder.around(OPEN, () => "value")).toBe("value");
    expect(told).toEqual(["lost: a pause was not recorded: a bug"]);
  });

  test("a closed action is refused, and the function not called", async () => {
    const { recorder, told } = onDisk({ emit: full });
    let runs = 0;
    await expect(recorder.around(CLOSED, () => runs++)).rejects.toMatchObject({
      code: "not_audited",
      message: expect.stringMatching(
        /^permission_change was not carried out .*: ENOSPC; trying/,
      ) as string,
    });
    expect(runs).toBe(0);
    expect(told).toEqual(["refused: a permission_change: ENOSPC"]);
  });

  test("a disk that does not answer: refused after the limit, and a result says so", async () => {
    const { recorder, drafts } = onDisk({ synced: () => new Promise(() => {}) });
    let runs = 0;
    await expect(recorder.around(CLOSED, () => runs++)).rejects.toMatchObject({
      code: "not_audited",
    });
    expect(runs).toBe(0);
    expect(drafts.map(({ attributes }) => attributes["exception.message"])).toEqual([
      undefined,
      "not audited: the disk did not confirm within 2000 ms",
    ]);
  });

  test("a disk that fails once the function ran: its value is not replaced", async () => {
    let syncs = 0;
    const { recorder, drafts, told } = onDisk({
      synced: async () => {
        if (++syncs > 1) throw new AuditError("sync_failed", "EIO");
      },
    });
    expect(await recorder.around(CLOSED, () => "value")).toBe("value");
    expect(drafts).toHaveLength(2);
    expect(told).toEqual(["a permission_change may not survive power loss: EIO"]);
  });
});

test("format none: the function runs, nothing is recorded", async () => {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "none",
    policy: { version: 1 },
  });
  expect(await audit.around(CLOSED, ({ set }) => set({ reason: "x" }))).toBeUndefined();
  expect(await audit.deny(OPEN)).toMatchObject({ written: false });
});
