import { describe, expect, test } from "vitest";
import { createRedactable } from "../../src/seal/redactable.ts";

const attribute = (name: string) => ({ key: "", text: "x", name, isBody: false });
const bodyLeaf = (name: string) => ({ key: "", text: "x", name, isBody: true });

describe("what a list names", () => {
  test.each([
    ["an attribute", ["audit.reason"], attribute("audit.reason"), true],
    ["another attribute", ["audit.reason"], attribute("audit.reason.x"), false],
    ["all below a name", ["audit.actor.*"], attribute("audit.actor.id"), true],
    ["not the name itself", ["audit.actor.*"], attribute("audit.actor"), false],
    ["not what begins like it", ["audit.actor.*"], attribute("audit.actors"), false],
    ["the whole body, no attribute", ["*"], attribute("audit.reason"), false],
    ["the whole body", ["*"], bodyLeaf("after.note"), true],
    ["a leaf by its path", ["after.note"], bodyLeaf("after.note"), true],
    ["a leaf by a name in its path", ["note"], bodyLeaf("after.note"), true],
    ["a leaf by a map around it", ["after"], bodyLeaf("after.note"), true],
    ["not by a part of a name", ["no"], bodyLeaf("after.note"), false],
    ["not by a part of a path", ["after.n"], bodyLeaf("after.note"), false],
    ["no pattern for the body", ["after.*"], bodyLeaf("after.note"), false],
    ["not an attribute by a part", ["reason"], attribute("audit.reason"), false],
    ["an empty list", [], bodyLeaf("note"), false],
  ])("%s", (_name, list, field, isIt) => {
    const isRedactable = createRedactable(() => list)("pause");
    expect([isRedactable(field), isRedactable(field)]).toEqual([isIt, isIt]);
  });
});

test("an attribute and a leaf of one name have answers of their own", () => {
  const isRedactable = createRedactable(() => ["*"])("pause");
  expect(isRedactable(attribute("audit.x"))).toBe(false);
  expect(isRedactable(bodyLeaf("audit.x"))).toBe(true);
});

test("each action has its list, which is asked for once", () => {
  const asked: string[] = [];
  const redactableOf = createRedactable((action) => {
    asked.push(action);
    return action === "pause" ? ["note"] : [];
  });
  for (const action of ["pause", "resume", "pause"]) redactableOf(action);
  expect(asked).toEqual(["pause", "resume"]);
  expect(redactableOf("pause")(bodyLeaf("note"))).toBe(true);
  expect(redactableOf("resume")(bodyLeaf("note"))).toBe(false);
});

test("many actions and names are not mixed up", () => {
  const redactableOf = createRedactable((action) => [action]);
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 5000; at++) {
      expect(redactableOf(`a${at}`)(bodyLeaf(`a${at}`))).toBe(true);
      expect(redactableOf("one")(bodyLeaf(`a${at}`))).toBe(false);
    }
  }
});

test("answers for 4096 actions are remembered; one more, and all are asked for again", () => {
  const asked: string[] = [];
  const redactableOf = createRedactable((action) => {
    asked.push(action);
    return [];
  });
  for (let at = 0; at < 4096; at++) redactableOf(`a${at}`);
  redactableOf("a0");
  expect(asked).toHaveLength(4096);
  for (const action of ["another", "a0", "a0"]) redactableOf(action);
  expect(asked.slice(4096)).toEqual(["another", "a0"]);
});
