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
  expect(verdict.report.records).toMatchObject({ read: 12, proven: 11 });
});

const ALTERED = "record_altered A.7 A/1.jsonl:7";

describe("a record is not the one that was signed when somebody changes", () => {
  test.each<readonly [string, (flat: Flat) => void]>([
    ["what cannot be redacted: the type of the actor", set({ actor_type: "service" })],
    ["how the actor was known", attribute("audit.actor.authentication", "jwt")],
    ["the category", attribute("audit.category", "annotation")],
    ["how much it matters", attribute("audit.impact", "low")],
    ["the version of the schema", attribute("audit.schema.version", "2")],
    ["a schema version into a number", attribute("audit.schema.version", 1.5)],
    ["the trace", set({ trace_id: "f".repeat(32) })],
    ["the trace and the span", set({ trace_id: "f".repeat(32), span_id: "f".repeat(16) })],
    ["the time by a microsecond", (flat) => set({ timestamp: nextMicro(flat) })(flat)],
    ["the time into another zone", (flat) => set({ timestamp: String(flat["timestamp"]).replace("Z", "+00:00") })(flat)],
    ["the action", set({ action_type: "mode_switch" })],
    ["the action by case", set({ action_type: "HP_change" })],
    ["the action by a space", set({ action_type: "hp_change " })],
    ["the kind", set({ kind: "intent" })],
    ["the outcome and what follows from it", set({ outcome: "failure", status: "failed" })],
    ["the outcome by case", set({ outcome: "Success", status: "failed" })],
    ["the type of the target", set({ target_type: "user" })],
    ["a method that was not there", set({ method: "trainer.Trainer/Train" })],
    ["a field that was not there", set({ error: "it failed" })],
    ["a detail that was not there", (flat) => set({ details: { ...Object(flat["details"]), more: 1 } })(flat)],
    ["a detail called __proto__", (flat) => Object.defineProperty(flat["details"], "__proto__", { value: { lr: 5 }, enumerable: true })],
    ["an attribute that was not there", attribute("audit.approved.by", "bob")],
    ["an attribute in other writing", attribute("audit_approved", "bob")],
    ["a commitment", seal(/:([A-Za-z0-9_-]{42})(.)/, ":$2$1")],
    ["an entry of the seal away", seal(/^[^,]+,/, "")],
    ["the whole seal away", (flat) => delete flat.attributes["audit.integrity.fields"]],
    ["a commitment to an entry without", seal(/^([a-z_]+):[^,]+/, "$1")],
    ["the key of an entry", seal(/^after_batch/, "after_batches")],
  ])("%s", async (_name, change) => {
    const attacked = victim();
    attacked.record(7, change);
    expectVerdict(await judge(attacked), "tampered", [ALTERED]);
  });
});

/** A microsecond later. */
function nextMicro(flat: Flat): string {
  return String(flat["timestamp"]).replace(/(\d)Z$/, (_, digit: string) => `${(Number(digit) + 1) % 10}Z`);
}
