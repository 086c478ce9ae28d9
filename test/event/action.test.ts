import { expect, test } from "vitest";
import {
  BUILT_IN_ACTIONS,
  createCatalogue,
  defineAction,
  isId,
  newId,
} from "../../src/event/index.ts";

test.each(["", "Deploy", "model-deploy", "1st", "model deploy", "__proto__"])(
  "%j is no action name",
  (name) => {
    expect(() => defineAction({ name })).toThrow(
      expect.objectContaining({
        code: "invalid_option",
        message: expect.stringContaining(name) as string,
      }),
    );
  },
);

test("an own action has these defaults", () => {
  expect(defineAction({ name: "model_deploy" })).toEqual({
    name: "model_deploy",
    category: "custom",
    impact: "normal",
    failure: "open",
    required: [],
  });
});

test("a built-in name cannot be taken, nor an own name twice", () => {
  const own = defineAction({ name: "model_deploy" });
  for (const actions of [[own, own], [defineAction({ name: "hp_change" })]]) {
    expect(() => createCatalogue(actions)).toThrow(
      expect.objectContaining({ code: "invalid_option" }),
    );
  }
});

test("only changes of access are closed", () => {
  expect(
    BUILT_IN_ACTIONS.filter(({ failure }) => failure === "closed").map(({ name }) => name),
  ).toEqual(["permission_change"]);
});

test("ids start with a letter, and no two are the same", () => {
  const ids = Array.from({ length: 2000 }, newId);
  expect(ids.every((id) => /^[A-Za-z][A-Za-z0-9_-]{15}$/.test(id) && isId(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
