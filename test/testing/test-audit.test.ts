/** What users have for their own tests. */
import { AssertionError } from "node:assert";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit, currentAudit, defineAction } from "otel-audit";
import {
  createTestAudit,
  expectNothingRecorded,
  expectRecorded,
  type ExpectedRecord,
  type TestAudit,
} from "otel-audit/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { call, serve } from "../support/grpc-service.ts";
import { recordsIn, unsealed } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import type { AuditRecord } from "../../src/event/index.ts";
import { type FlatRecord, fromFlat } from "../../src/format/index.ts";

const EVENT = {
  action: "hp_change",
  actor: { id: "ann", role: "trainer" },
  target: { type: "experiment", id: "exp-1" },
  before: { rate: 0.1, size: 1 },
  after: { rate: 0.2, size: 1 },
  reason: "plateau, password=hunter2hunter2",
  details: { note: "x", at: new Date(0) },
} as const;

test("records are those of production, redacted and all", async () => {
  const memory = await createTestAudit({ service: "t" });
  const disk = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: { version: 1 },
    service: "t",
  });
  onTestFinished(() => disk.close());
  expect(await memory.record(EVENT)).toEqual({
    recordId: `${memory.stream}.2`,
    written: true,
    synced: true,
  });
  await disk.record(EVENT);
  const [inMemory] = memory.records.map(fromFlat);
  const [onDisk] = recordsIn(disk.directory);
  const content = (record: AuditRecord | undefined): unknown => {
    const own = { "audit.record.id": "", "audit.sequence.number": 0, "audit.time": "" };
    return (
      record && { ...unsealed(record), attributes: { ...unsealed(record).attributes, ...own } }
    );
  };
  expect(content(inMemory)).toBeDefined();
  expect(content(inMemory)).toEqual(content(onDisk));
  expect(memory.records[0]?.reason).not.toContain("hunter2hunter2");
});

const QUIET = `
  import { readdirSync } from "node:fs";
  import { createTestAudit } from "otel-audit/testing";
  const seen = () => [process.getActiveResourcesInfo(), process.eventNames(), readdirSync(".")];
  await createTestAudit();
  const before = JSON.stringify(seen());
  const audit = await createTestAudit();
  await audit.record({ action: "pause", actor: "ann" });
  await audit.around({ action: "permission_change", actor: "a", target: { id: "b" }, after: { role: "x" } }, () => {});
  await audit.flush();
  console.log(before === JSON.stringify(seen()), audit.records.length, before);`;

test("no file, no thread, no listener, no timer; the environment names nothing", async () => {
  const cwd = temporaryDirectory();
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["-C", "@otel-audit/source", "--input-type=module", "-e", QUIET],
    { env: { ...process.env, AUDIT_LOG_DIR: join(cwd, "audit"), AUDIT_LOG_FORMAT: "none" } },
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^true 3 /);
  expect(stdout).not.toMatch(/Timeout|MessagePort|Worker/);
  expect(readdirSync(cwd)).toEqual([]);
});

test("bad events are refused as in production; own actions and a policy work", async () => {
  const deploy = defineAction({ name: "model_deploy_test", required: ["target"] });
  const audit = await createTestAudit({ actions: [deploy] });
  await expect(audit.record({ action: "nope" as "pause" })).rejects.toMatchObject({
    code: "unknown_action",
  });
  await expect(audit.record({ action: "model_deploy_test", actor: "ann" })).rejects.toMatchObject({
    code: "invalid_event",
  });
  expectNothingRecorded(audit);
  expect(audit.reported.length).toBe(2);
  await expect(createTestAudit({ directory: "x" } as object)).rejects.toMatchObject({
    code: "invalid_option",
    message:
      'createTestAudit: "directory" is none of policy, redaction, redactionKeyFile, actions, actor, service, now, newId',
  });
});

test("a redaction policy counts", async () => {
  const audit = await createTestAudit({
    redaction: { version: 1, keys: [{ names: ["badge"] }] },
  });
  await audit.record({ action: "pause", actor: "ann", details: { badge: "B-1" } });
  expectRecorded(audit, { action: "pause", details: { badge: "****" } });
});

test("auditGrpc records calls to it", async () => {
  const audit = await createTestAudit({
    policy: {
      version: 1,
      rules: [
        {
          method: "probe.Probe/Grant",
          actions: [{ action: "permission_change", after: { role: "request.role" } }],
          target: { type: "user", id: "request.user" },
        },
      ],
    },
  });
  auditGrpc(grpc, audit);
  const service = await serve(grpc, {
    Grant: {
      kind: "unary",
      handler(_, callback) {
        currentAudit()?.set({ reason: "asked for" });
        callback(null, {});
      },
    },
  });
  onTestFinished(service.close);
  await call(grpc, service.address, "Grant", "unary", {
    messages: [{ user: "bob", role: "admin" }],
  });
  const record = expectRecorded(audit, {
    action: "permission_change",
    actor: { id: "anonymous", authentication: "none" },
    target: { type: "user", id: "bob" },
    after: { role: "admin" },
    reason: "asked for",
    method: "probe.Probe/Grant",
    status: "OK",
  });
  expectRecorded(audit, { kind: "intent", action: "permission_change", outcome: "unknown" });
  expect(record.call_id).toBe(audit.records[0]?.call_id);
});

describe("a test that decides time and ids", () => {
  /** The same each time: an event, an action with an intent, a call. */
  async function scene(): Promise<readonly FlatRecord[]> {
    let ids = 0;
    const audit = await createTestAudit({
      service: "t",
      now: () => new Date("2026-05-27T14:30:00.123Z"),
      newId: () => `id-${++ids}`,
    });
    await audit.record({ action: "pause", actor: "ann" });
    const event = { action: "permission_change", actor: "ann", target: { id: "bob" } } as const;
    await audit.around({ ...event, after: { role: "x" } }, () => {});
    auditGrpc(grpc, audit);
    const service = await serve(grpc, {
      Do: { kind: "unary", handler: (_, callback) => callback(null, {}) },
    });
    await call(grpc, service.address, "Do", "unary");
    service.close();
    return audit.records;
  }

  test("gets equal records", async () => {
    const [first, second] = [await scene(), await scene()];
    const withoutPort = (records: readonly FlatRecord[]): unknown =>
      records.map((record) => ({
        ...record,
        attributes: { ...record.attributes, "client.port": 0 },
      }));
    expect(withoutPort(second)).toEqual(withoutPort(first));
    expect(
      first.map(({ timestamp, record_id, call_id, duration_ms }) => [
        timestamp,
        record_id,
        call_id,
        duration_ms,
      ]),
    ).toEqual([
      ["2026-05-27T14:30:00.123000Z", "id-1.2", undefined, undefined],
      ["2026-05-27T14:30:00.123000Z", "id-1.3", "id-2", undefined],
      ["2026-05-27T14:30:00.123000Z", "id-1.4", "id-2", undefined],
      ["2026-05-27T14:30:00.123000Z", "id-1.5", "id-3", 0],
    ]);
  });

  test.each<[name: string, options: object, message: RegExp]>([
    ["a time", { now: 7 }, /now must be a function/],
    ["ids", { newId: "id" }, /newId must be a function/],
    ["no time at all", { now: () => new Date("nope") }, /now\(\) gave no valid date: Invalid Date/],
  ])("%s of the wrong kind is refused", async (_name, options, message) => {
    await expect(createTestAudit(options)).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringMatching(message) as string,
    });
  });
});

test("clear forgets, and leaves lists alone that were taken before", async () => {
  const audit = await createTestAudit();
  await audit.record(EVENT);
  const earlier = audit.records;
  audit.clear();
  expectNothingRecorded(audit);
  expect(earlier).toHaveLength(1);
});

async function recorded(): Promise<TestAudit> {
  const audit = await createTestAudit();
  await audit.record({ action: "pause", actor: "bob" });
  await audit.record(EVENT);
  await audit.record({ action: "resume", actor: "ann", error: "no disk" });
  return audit;
}

describe("expectRecorded", () => {
  test.each<[name: string, expected: ExpectedRecord]>([
    ["an action", { action: "pause" }],
    ["an actor by id", { actor: "ann", action: "hp_change" }],
    ["an actor by parts", { actor: { role: "trainer", type: "user" } }],
    ["part of a change", { after: { rate: 0.2 } }],
    ["details, made plain", { details: { at: new Date(0) } }],
    ["a pattern", { error: /disk$/, action: /^res/ }],
    ["an outcome", { outcome: "failure" }],
    ["attributes", { attributes: { "audit.impact": "high" } }],
    ["a global pattern twice", { error: /disk/g }],
  ])("finds %s", async (_name, expected) => {
    const audit = await recorded();
    expectRecorded(audit, expected);
    expectRecorded(audit, expected);
    expect(() => expectNothingRecorded(audit, expected)).toThrow(AssertionError);
  });

  test.each<[name: string, expected: ExpectedRecord, message: RegExp]>([
    [
      "the same action is nearest, however much differs",
      { action: "hp_change", actor: "eve", target: { id: "exp-2" }, after: { rate: 0.3 } },
      /^nothing was recorded like \{ action[^]*the nearest of 3 records differs first in actor\.id:\n {2}expected: 'eve'\n {2}recorded: 'ann'\nthe nearest record: \{[^]*hp_change/,
    ],
    [
      "what is not there",
      { action: "pause", after: { rate: 1 } },
      /differs first in after:\n {2}expected: \{ rate: 1 \}\n {2}recorded: undefined/,
    ],
    [
      "what did not change",
      { action: "hp_change", after: { size: 1 } },
      /differs first in after\.size:\n {2}expected: 1\n {2}recorded: undefined/,
    ],
    ["another kind", { action: "pause", kind: "intent" }, /differs first in kind:/],
    ["an unknown action", { action: "nope" }, /differs first in action:\n {2}expected: 'nope'/],
    ["a pattern", { action: "resume", error: /net/ }, /expected: \/net\/\n {2}recorded: 'no disk'/],
  ])("%s", async (_name, expected, message) => {
    const audit = await recorded();
    expect(() => expectRecorded(audit, expected)).toThrow(AssertionError);
    expect(() => expectRecorded(audit, expected)).toThrow(message);
    expectNothingRecorded(audit, expected);
  });

  test("the error carries both sides, cut to what was asked for", async () => {
    const audit = await recorded();
    try {
      expectRecorded(audit, { action: "hp_change", actor: "eve", after: { rate: 0.3 } });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        actual: { action: "hp_change", actor: { id: "ann" }, after: { rate: 0.2 } },
        expected: { action: "hp_change", actor: { id: "eve" }, after: { rate: 0.3 } },
        operator: "expectRecorded",
      });
    }
  });

  test("nothing at all, and what no record has", async () => {
    const audit = await createTestAudit();
    expect(() => expectRecorded(audit, { action: "pause" })).toThrow(
      "nothing was recorded like { action: 'pause' }\nthere are no records at all",
    );
    expect(() => expectRecorded(audit, { actions: "pause" } as object)).toThrow(
      /^nothing in a record is called "actions"; expect one of action, actor, /,
    );
  });
});

test("expectNothingRecorded shows what was", async () => {
  const audit = await recorded();
  expect(() => expectNothingRecorded(audit)).toThrow(
    /^nothing should have been recorded, but 3 records were; the first:\n\{[^]*'pause'/,
  );
  expect(() => expectNothingRecorded(audit, { actor: "bob" })).toThrow(
    /^nothing like \{ actor: 'bob' \} should have been recorded, but 1 record was; the first:/,
  );
});

test("in node --test: what holds passes, what does not fails and says why", async () => {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const program = join(import.meta.dirname, "programs/service.test.mjs");
  const args = ["-C", "@otel-audit/source", "--test", "--test-reporter=tap", program];
  const failed = (await promisify(execFile)(process.execPath, args, { env }).catch(
    (error: unknown) => error,
  )) as { code: number; stdout: string; stderr: string };
  expect(failed.stdout).toMatch(/^ok 1 - a pause is recorded/m);
  expect(failed.stdout).toMatch(/^not ok 2 - this one is wrong/m);
  expect(failed.stdout).toContain("the nearest of 1 record differs first in actor.id:");
  expect(failed.stdout).toMatch(/^# pass 1$/m);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toBe("");
});
