/** Somebody changes a field of a record, and leaves the rest as it is. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

/** Sets keys of a flat record. */
const set =
  (values: Readonly<Record<string, unknown>>) =>
  (flat: Flat): void =>
    void Object.assign(flat, values);
/** Sets attributes that have no key of their own. */
const attribute =
  (name: string, value: unknown) =>
  (flat: Flat): void => {
    flat.attributes[name] = value;
  };
/** Another text in the seal. */
const seal =
  (from: RegExp, to: string) =>
  (flat: Flat): void => {
    const before = String(flat.attributes["audit.integrity.fields"]);
    flat.attributes["audit.integrity.fields"] = before.replace(from, to);
  };

test("nobody changes anything", async () => {
  const verdict = await judge(victim());
  expectVerdict(verdict, "verified", []);
  expect(verdict.report.records).toMatchObject({ read: 12, proven: 12 });
});

const ALTERED = "record_altered A.7 A/1.jsonl:7";
const field = (key: string): string => `field_altered A.7 A/1.jsonl:7 ${key}`;
const CONTRADICTS = "text_contradicts A.7 A/1.jsonl:7";

/** The details of a record with others in their place. */
const details =
  (change: (details: Record<string, unknown>) => void) =>
  (flat: Flat): void =>
    change(flat["details"] as Record<string, unknown>);
const after = (values: object): ((flat: Flat) => void) =>
  details((all) => Object.assign(all["after"] as object, values));

describe("a record is not the one that was signed when somebody changes", () => {
  test.each<
    readonly [string, (flat: Flat) => void] | readonly [string, (flat: Flat) => void, string]
  >([
    ["what cannot be redacted: the type of the actor", set({ actor_type: "service" })],
    ["how the actor was known", attribute("audit.actor.authentication", "jwt")],
    ["the category", attribute("audit.category", "annotation")],
    ["how much it matters", attribute("audit.impact", "low")],
    ["the version of the schema", attribute("audit.schema.version", "2")],
    ["the trace", set({ trace_id: "f".repeat(32) })],
    ["the span", set({ span_id: "f".repeat(16) })],
    ["the time by a microsecond", (flat) => set({ timestamp: nextMicro(flat) })(flat)],
    ["the time into another writing", set({ timestamp: "2026-11-21T18:00:00+00:00" })],
    ["the action", set({ action_type: "mode_switch" })],
    ["the action by case", set({ action_type: "HP_change" })],
    ["the action by a space", set({ action_type: "hp_change " })],
    ["the kind", set({ kind: "intent" })],
    ["the outcome, and what follows from it", set({ outcome: "failure", status: "failed" })],
    ["the outcome by case", set({ outcome: "Success", status: "failed" })],
    ["the type of the target", set({ target_type: "user" })],
    ["a method that was not there", set({ method: "trainer.Trainer/Train" })],
    ["an error that was not there", set({ error: "it failed" })],
    ["a detail that was not there", details((all) => void (all["more"] = 1))],
    ["a change that was not there", after({ epochs: 5 })],
    [
      "a detail called __proto__",
      details(
        (all) =>
          void Object.defineProperty(all, "__proto__", { value: { lr: 5 }, enumerable: true }),
      ),
    ],
    ["an attribute that was not there", attribute("audit.approved.by", "bob")],
    ["an attribute in other writing", attribute("audit_approved", "bob")],
    ["a commitment", seal(/:([A-Za-z0-9_-]{42})([A-Za-z0-9_-])/, ":x$1"), field("after_batch")],
    ["an entry of the seal away", seal(/^[^,]+,/, "")],
    ["the whole seal away", (flat) => void delete flat.attributes["audit.integrity.fields"]],
    ["a commitment away, its key left", seal(/^([a-z_]+):[^,]+/, "$1")],
    ["the key of an entry", seal(/^after_batch/, "after_batches"), "salt_left x1"],
    [
      "the kind, and a field that has a salt",
      set({ actor_id: "eve", kind: "intent" }),
      field("audit_actor_id"),
    ],
  ])("%s", async (_name, change, other?: string) => {
    const attacked = victim();
    attacked.record(7, change);
    expectVerdict(await judge(attacked), "tampered", [
      ALTERED,
      ...(other === undefined ? [] : [other]),
    ]);
  });
});

describe("a field is not what was signed when somebody changes", () => {
  test.each<readonly [string, (flat: Flat) => void, string]>([
    ["the actor", set({ actor_id: "eve" }), "audit_actor_id"],
    ["the actor by case", set({ actor_id: "Ann" }), "audit_actor_id"],
    ["the actor by a space", set({ actor_id: "ann " }), "audit_actor_id"],
    ["the actor by a letter that looks alike", set({ actor_id: "\u0430nn" }), "audit_actor_id"],
    ["the actor by a sign that nobody sees", set({ actor_id: "ann\u200b" }), "audit_actor_id"],
    ["the target", set({ target_id: "run-8" }), "audit_target_id"],
    ["the reason", set({ reason: "loss is fine" }), "audit_reason"],
    [
      "the reason by its normal form",
      set({ reason: "loss is José's".normalize("NFD") }),
      "audit_reason",
    ],
    ["a number of the body", after({ lr: 0.1 }), "after_lr"],
    ["a number by its sign", after({ lr: -0.01 }), "after_lr"],
    ["an item of a list", after({ tags: ["easy"] }), "after_tags"],
    ["a list by an item more", after({ tags: ["hard", "new"] }), "after_tags"],
    ["a list by an empty item", after({ tags: ["hard", ""] }), "after_tags"],
    [
      "what was before",
      details((all) => void (all["before"] = { ...(all["before"] as object), batch: 64 })),
      "before_batch",
    ],
    ["a boolean", details((all) => void (all["enabled"] = false)), "enabled"],
    ["a detail", details((all) => void (all["trace"] = "gain")), "trace"],
    ["a number into a text beside it", details((all) => void (all["ratio"] = "1 ")), "ratio"],
  ])("%s", async (_name, change, key) => {
    const attacked = victim();
    attacked.record(7, change);
    expectVerdict(await judge(attacked), "tampered", [field(key)]);
  });
  test("the text of an error", async () => {
    const attacked = victim();
    attacked.record(8, set({ error: "the network is down" }));
    expectVerdict(await judge(attacked), "tampered", [
      "field_altered A.8 A/1.jsonl:8 exception_message",
    ]);
  });
});

describe("a text contradicts itself, or what was signed, when somebody changes", () => {
  test.each<
    | readonly [string, (line: string) => string]
    | readonly [string, (line: string) => string, string]
  >([
    ["the status alone", (line) => line.replace('"status":"success"', '"status":"failed"')],
    ["the stream alone", (line) => line.replace(/"stream":"./, '"stream":"Q')],
    ["the number alone", (line) => line.replace('"sequence":7', '"sequence":6'), CONTRADICTS],
    ["the service", (line) => line.replace('"service":"trainer"', '"service":"staging"')],
    ["the service by case", (line) => line.replace('"service":"trainer"', '"service":"Trainer"')],
    [
      "the resource, which a line has that is no start",
      (line) => line.replace(/}$/, ',"resource":{"service.name":"other"}}'),
    ],
    [
      "what stands twice: the first is for people",
      (line) => line.replace("{", '{"actor_id":"eve",'),
    ],
    [
      "what stands twice, once in other writing",
      (line) => line.replace("{", '{"actor\\u005fid":"eve",'),
    ],
    [
      "what stands twice within the details",
      (line) => line.replace('"after":{', '"after":{"lr":5,'),
    ],
    [
      "an attribute that has a key of its own",
      (line) => line.replace('"attributes":{', '"attributes":{"audit.record.kind":"result",'),
    ],
    [
      "a number beyond what a double holds",
      (line) => line.replace('"lr":0.01', '"lr":0.01000000000000000000001'),
    ],
    [
      "a number into one without end",
      (line) => line.replace('"lr":0.01', '"lr":1e400'),
      field("after_lr"),
    ],
  ])("%s", async (_name, change, other?: string) => {
    const attacked = victim();
    attacked.line(7, change);
    expectVerdict(await judge(attacked), "tampered", [
      CONTRADICTS,
      ...(other === undefined ? [] : [other]),
    ]);
  });

  test("the service of many lines: the first is named, and how many there are", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) =>
      lines.map((line) => line.replace('"service":"trainer"', '"service":"staging"')),
    );
    expectVerdict(await judge(attacked), "tampered", ["text_contradicts A.1 A/1.jsonl:1 x12"]);
  });

  test.each<readonly [string, (resource: Record<string, unknown>) => void]>([
    ["the host", (resource) => void (resource["host.name"] = "other")],
    ["an attribute more", (resource) => void (resource["deployment.environment.name"] = "test")],
    ["the name of the service", (resource) => void (resource["service.name"] = "staging")],
  ])("the resource of the start record: %s", async (_name, change) => {
    const attacked = victim();
    attacked.record(1, (flat) => change(flat["resource"] as Record<string, unknown>));
    expectVerdict(await judge(attacked), "tampered", ["text_contradicts A.1 A/1.jsonl:1"]);
  });

  test("the number and the id: then it is a copy of another record", async () => {
    const attacked = victim();
    attacked.record(7, set({ sequence: 8, record_id: `${stream}.8` }));
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
      "record_altered A.8 A/1.jsonl:7",
      "records_missing A.7 x1",
    ]);
  });

  test("the id into one that is none", async () => {
    const attacked = victim();
    attacked.record(7, set({ record_id: `${stream}.07` }));
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "unreadable", [
      "line_unreadable A/1.jsonl:7",
      "records_missing A.7 x1",
    ]);
  });
});

describe("nothing was changed that anybody reads otherwise", () => {
  test.each<readonly [string, (line: string) => string]>([
    [
      "white space between keys",
      (line) => line.replaceAll('","', '", "').replaceAll('":"', '" : "'),
    ],
    [
      "keys in another order",
      (line) =>
        JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as Flat).toReversed())),
    ],
    ["a number written 1.0", (line) => line.replace('"ratio":1', '"ratio":1.0')],
    ["a number written 1e-2", (line) => line.replace('"lr":0.01', '"lr":1e-2')],
    ["letters written as escapes", (line) => line.replace("José", "Jos\\u00e9")],
    ["a null taken away", (line) => line.replace(',"nothing":null', "")],
    [
      "entries of the seal in another order",
      (line) => line.replace(/("audit.integrity.fields":")([^,"]+),([^"]+)/, "$1$3,$2"),
    ],
  ])("%s", async (_name, change) => {
    const attacked = victim();
    attacked.line(7, change);
    expectVerdict(await judge(attacked), "verified", []);
  });
});

/** A microsecond later. */
function nextMicro(flat: Flat): string {
  return String(flat["timestamp"]).replace(
    /(\d)Z$/,
    (_, digit: string) => `${(Number(digit) + 1) % 10}Z`,
  );
}
