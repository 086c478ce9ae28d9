/** What services say themselves. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { z } from "zod";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Audit, AuditError, createAudit, defineAction } from "otel-audit";
import { collectRejections } from "../support/rejections.ts";
import { idsIn, recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const deploy = defineAction({
  name: "model_deploy",
  required: ["target", "reason", "details"],
  details: z.looseObject({ version: z.number().int() }),
});
const bare = defineAction({ name: "bare_action" });
const asynchronous = defineAction({
  name: "async_schema",
  details: {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: async () => {
        throw new Error("nobody waits");
      },
    },
  },
});
const throwing = defineAction({
  name: "broken_schema",
  details: {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: () => {
        throw new Error("no schema");
      },
    },
  },
});
const actions = [deploy, bare, asynchronous, throwing];

async function open(directory = temporaryDirectory()): Promise<Audit> {
  const audit = await createAudit({
    directory,
    format: "journal",
    policy: { version: 1 },
    actions,
  });
  onTestFinished(() => audit.close());
  return audit;
}

test("an event is in the journal when record() returns, and synced when it resolves", async () => {
  const audit = await open();
  const receipt = audit.record({
    action: "hp_change",
    actor: { id: "ann", type: "agent", role: "trainer", delegator: "bob" },
    target: { type: "experiment", id: "exp-1" },
    before: { rate: 0.1, size: 1 },
    after: { rate: 0.2, size: 1 },
    details: { note: "x", before: "a detail of that name" },
    reason: "plateau",
    snapshot: "s1",
    authorization: { id: "T-7", by: "eve" },
    source: { id: "notebook", type: "ui" },
  });
  const [record] = recordsIn(audit.directory);
  expect(record?.attributes).toMatchObject({
    "audit.record.kind": "result",
    // Behind the start record and the checkpoint that opens the stream.
    "audit.sequence.number": 3,
    "audit.schema.version": "1",
    "audit.action": "hp_change",
    "audit.category": "training",
    "audit.impact": "high",
    "audit.outcome": "success",
    "audit.actor.id": "ann",
    "audit.actor.type": "agent",
    "audit.actor.role": "trainer",
    "audit.actor.authentication": "code",
    "audit.actor.delegator.id": "bob",
    "audit.target.type": "experiment",
    "audit.target.id": "exp-1",
    "audit.reason": "plateau",
    "audit.snapshot.id": "s1",
    "audit.authorization.id": "T-7",
    "audit.authorization.by": "eve",
    "audit.source.id": "notebook",
    "audit.source.type": "ui",
  });
  expect(record?.body).toEqual({
    before: { rate: 0.1 },
    after: { rate: 0.2 },
    note: "x",
    "body.before": "a detail of that name",
  });
  expect(await receipt).toEqual({
    recordId: `${audit.stream}.3`,
    written: true,
    synced: true,
  });
});

test.each<[name: string, event: object, expected: object]>([
  [
    "an error",
    { error: "no disk" },
    { "audit.outcome": "failure", "exception.message": "no disk" },
  ],
  [
    "an Error",
    { error: new RangeError("too far") },
    { "audit.outcome": "failure", "exception.message": "too far", "error.type": "RangeError" },
  ],
  ["denied", { outcome: "denied" }, { "audit.outcome": "denied", "exception.message": "denied" }],
  [
    "unknown",
    { outcome: "unknown" },
    { "audit.outcome": "unknown", "exception.message": "not known how it ended" },
  ],
])("an event with %s", async (_name, event, expected) => {
  const audit = await open();
  await audit.record({ action: "pause", actor: "ann", ...event });
  expect(recordsIn(audit.directory)[0]?.attributes).toMatchObject(expected);
});

test.each<[name: string, event: unknown, code: string, message: RegExp]>([
  ["no event", undefined, "invalid_event", /an event must be a map, not undefined/],
  ["null", null, "invalid_event", /an event must be a map/],
  ["no action", {}, "unknown_action", /unknown action undefined/],
  [
    "an unknown action",
    { action: "hp_chnage", actor: "ann" },
    "unknown_action",
    /^unknown action "hp_chnage", did you mean "hp_change"\? All are in docs\/catalogue\.md; define your own with defineAction\(\)\.$/,
  ],
  [
    "an action that is like no other",
    { action: "zzzzzzzzzz", actor: "ann" },
    "unknown_action",
    /^unknown action "zzzzzzzzzz"\. Known: .*bare_action, .*Define your own with defineAction\(\)\.$/,
  ],
  [
    "a secret where none belongs, which the error does not repeat",
    { action: "pause", actor: "ann", outcome: "password=hunter2hunter2" },
    "invalid_event",
    /^event pause: outcome "password=\*{4}" must be one of /,
  ],
  [
    "a field with a slip in it",
    { action: "pause", actor: "ann", reson: "loss is flat" },
    "invalid_event",
    /^event pause: unknown field "reson", did you mean "reason"\?$/,
  ],
  [
    "a field that no event has",
    { action: "pause", actor: "ann", loss_of_the_day: 1 },
    "invalid_event",
    /^event pause: unknown field "loss_of_the_day": put what is special to the action into details$/,
  ],
  [
    "nobody who acted",
    { action: "pause" },
    "invalid_event",
    /^event pause: actor is missing: say who acted, as in \{ actor: \{ id: "ann" \} \}$/,
  ],
  ["an actor that is null", { action: "pause", actor: null }, "invalid_event", /actor is missing/],
  [
    "an actor of an unknown type",
    { action: "pause", actor: { id: "ann", type: "robot" } },
    "invalid_event",
    /actor\.type "robot" must be one of user, service, system, agent/,
  ],
  [
    "an unknown outcome",
    { action: "pause", actor: "ann", outcome: "ok" },
    "invalid_event",
    /outcome "ok" must be one of success, failure, denied, unknown/,
  ],
  [
    "an error in a success",
    { action: "pause", actor: "ann", outcome: "success", error: "x" },
    "invalid_event",
    /an error with outcome success: leave one of them out/,
  ],
  [
    "everything that is missing at once",
    { action: "model_deploy", actor: "ann", target: {} },
    "invalid_event",
    /^event model_deploy: target is missing; reason is missing; details is missing; details\.version: /,
  ],
  [
    "details of the wrong shape",
    {
      action: "model_deploy",
      actor: "ann",
      target: { id: "m" },
      reason: "r",
      details: { version: 1.5 },
    },
    "invalid_event",
    /details\.version: /,
  ],
  [
    "built-in details of the wrong shape",
    { action: "tag_add", actor: "ann", details: { tag_name: 7, sample_ids: ["a", 1] } },
    "invalid_event",
    /details\.tag_name: .*; details\.sample_ids\.1: /,
  ],
  [
    "an asynchronous schema",
    { action: "async_schema", actor: "ann", details: {} },
    "invalid_event",
    /asynchronous, which record\(\) cannot wait for/,
  ],
  [
    "a schema that throws",
    { action: "broken_schema", actor: "ann", details: {} },
    "invalid_event",
    /the schema failed: no schema/,
  ],
])("%s is refused at its caller", async (_name, event, code, message) => {
  const rejections = collectRejections();
  const audit = await open();
  const error: unknown = await audit.record(event as never).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuditError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  await turn();
  expect(rejections).toEqual([]);
  expect(recordsIn(audit.directory)).toEqual([]);
});

test("unknown details are kept, and own actions need none", async () => {
  const audit = await open();
  await audit.record({ action: "tag_add", actor: "a", details: { tag_name: "t", extra: 1n } });
  await audit.record({ action: "bare_action" as "pause", actor: "a" });
  expect(recordsIn(audit.directory).map(({ body }) => body)).toEqual([
    { tag_name: "t", extra: "1" },
    {},
  ]);
});

test("a forgotten await is no unhandled rejection", async () => {
  const rejections = collectRejections();
  const audit = await open();
  void audit.record({ action: "nope" as "pause" });
  await turn();
  await turn();
  expect(rejections).toEqual([]);
});

test("order is kept, and ids have no gaps", async () => {
  const audit = await open();
  await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      audit.record({ action: "pause", actor: "ann", target: { id: String(at) } }),
    ),
  );
  const attributes = recordsIn(audit.directory).map((record) => record.attributes);
  expect(attributes.map((own) => own["audit.target.id"])).toEqual(
    Array.from({ length: 200 }, (_, at) => String(at)),
  );
  const own = attributes.map((one) => Number(one["audit.sequence.number"]));
  expect(own).toEqual(own.toSorted((left, right) => left - right));
  const ids = idsIn(audit.directory);
  expect(ids.length).toBeGreaterThan(200);
  expect(ids).toEqual(ids.map((_, at) => `${audit.stream}.${at + 1}`));
});

test("after close: record rejects, flush and close resolve", async () => {
  const audit = await createAudit({ directory: temporaryDirectory(), policy: { version: 1 } });
  await Promise.all([audit.close(), audit.close()]);
  await expect(audit.record({ action: "pause", actor: "ann" })).rejects.toMatchObject({
    code: "closed",
  });
  await audit.flush();
  await audit.close();
});

test("format none records nothing and writes no file", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const audit = await createAudit({ directory, format: "none", policy: { version: 1 } });
  expect(await audit.record({ action: "pause", actor: "ann" })).toEqual({
    recordId: "",
    written: false,
    synced: false,
  });
  await audit.flush();
  await audit.close();
  expect(readdirSync(join(directory, ".."))).toEqual([]);
});

/** A file system of its own that can be filled; only root may mount one. */
function smallDisk(): string | undefined {
  const path = join(temporaryDirectory(), "disk");
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", path]));
  return path;
}

function fill(disk: string): () => void {
  const path = join(disk, "filler");
  for (const size of [65_536, 4096, 512, 1]) {
    try {
      for (let at = 0; ; at++) writeFileSync(`${path}-${size}-${at}`, Buffer.alloc(size));
    } catch {
      // Full for pieces of this size.
    }
  }
  return () => {
    for (const name of readdirSync(disk)) {
      if (name.startsWith("filler")) rmSync(join(disk, name));
    }
  };
}

describe("a full disk", () => {
  const permission = {
    action: "permission_change",
    actor: "ann",
    target: { type: "user", id: "bob" },
    after: { role: "admin" },
  } as const;

  test("open actions resolve unwritten, closed ones reject, a gap record tells the loss", async (context) => {
    const disk = smallDisk();
    if (disk === undefined) {
      context.skip("needs root, to mount a small file system");
      return;
    }
    const audit = await open(join(disk, "audit"));
    await audit.record({ action: "pause", actor: "before" });
    const free = fill(disk);
    // What is left of the last block still takes a record or two.
    const details = { text: "x ".repeat(3000) };
    expect(await audit.record({ action: "pause", actor: "ann", details })).toEqual({
      recordId: "",
      written: false,
      synced: false,
    });
    await expect(audit.record({ ...permission, details })).rejects.toMatchObject({
      code: "write_failed",
      message: expect.stringContaining("ENOSPC") as string,
    });
    free();
    expect(await audit.record({ action: "pause", actor: "after" })).toMatchObject({
      written: true,
    });
    const records = recordsIn(audit.directory);
    expect(
      records.map(({ attributes }) => [
        attributes["audit.record.kind"],
        attributes["audit.actor.id"],
        attributes["audit.count"],
      ]),
    ).toEqual([
      ["result", "before", undefined],
      ["result", "after", undefined],
      ["gap", undefined, 2],
    ]);
    const ids = idsIn(audit.directory);
    expect(ids).toEqual(ids.map((_, at) => `${audit.stream}.${at + 1}`));
  });

  test("at the start stops no service, and the start record is written when there is room", async (context) => {
    const disk = smallDisk();
    if (disk === undefined) {
      context.skip("needs root, to mount a small file system");
      return;
    }
    mkdirSync(join(disk, "audit", "journal"), { recursive: true });
    const free = fill(disk);
    const audit = await open(join(disk, "audit")).catch((error: unknown) => error as AuditError);
    free();
    // Without room for its file the journal cannot even begin: that is said at once.
    if (audit instanceof AuditError) {
      expect(audit.code).toBe("directory_unusable");
      return;
    }
    await audit.record({ action: "pause", actor: "ann" });
    expect(
      recordsIn(audit.directory).map(({ attributes }) => attributes["audit.sequence.number"]),
    ).toEqual([2]);
  });
});
