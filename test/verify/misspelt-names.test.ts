import { expect, test } from "vitest";
import { misspeltNames } from "../../src/verify/misspelt-names.ts";

const said = 'audit.actor.id stands there as "audit_actor_id"';

test.each<readonly [string, Parameters<typeof misspeltNames>[0], readonly string[]]>([
  ["nothing", {}, []],
  ["the right name", { "audit.actor.id": "ann" }, []],
  ["another name", { audit_actor_id: "ann" }, [said]],
  ["what is empty is not there", { audit_actor_id: "" }, []],
  [
    "several",
    { audit_actor_id: "ann", "audit-reason": "x" },
    [said, 'audit.reason stands there as "audit-reason"'],
  ],
])("%s", (_name, attributes, doubts) => {
  expect(misspeltNames(attributes, undefined)).toEqual(doubts);
  expect(misspeltNames(attributes, {})).toEqual(doubts);
});

test("sixteen are named, and no more", () => {
  const odd = ["-", "_", " ", "/", ":", "+", "~", "!"].flatMap((mark) => [
    `audit${mark}actor.id`,
    `audit.actor${mark}id`,
    `audit${mark}actor${mark}id`,
  ]);
  const attributes = Object.fromEntries(odd.slice(0, 17).map((name) => [name, "ann"]));
  expect(Object.keys(attributes)).toHaveLength(17);
  expect(misspeltNames(attributes, undefined)).toHaveLength(16);
});

test("for the names of one shape it is said once", () => {
  const shape = {};
  const first = misspeltNames({ audit_actor_id: "ann" }, shape);
  expect(misspeltNames({ audit_actor_id: "eve" }, shape)).toBe(first);
  expect(misspeltNames({ "audit.actor.id": "eve" }, {})).toEqual([]);
});
