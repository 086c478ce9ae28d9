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
  expect(defineAction({ name: "widget_spin" })).toEqual({
    name: "widget_spin",
    category: "custom",
    impact: "normal",
    failure: "open",
    required: [],
    version: 1,
    redactable: [
      "*",
      "audit.actor.id",
      "audit.actor.role",
      "audit.actor.delegator.id",
      "audit.actor.authentication.error",
      "audit.target.id",
      "audit.reason",
      "audit.authorization.by",
      "exception.message",
      "client.address",
      "audit.source.id",
      "user_agent.original",
      "audit.snapshot.id",
    ],
  });
});

test("what an own action says is kept", () => {
  const own = defineAction({
    name: "widget_spin",
    version: 3,
    redactable: ["note"],
    sentence: "{spun|spin} {target}",
  });
  expect(own).toMatchObject({
    version: 3,
    redactable: ["note"],
    sentence: "{spun|spin} {target}",
  });
});

test.each([0, -1, 1.5, Number.NaN])("%d is no version", (version) => {
  expect(() => defineAction({ name: "widget_spin", version })).toThrow(
    expect.objectContaining({ code: "invalid_option" }),
  );
});

test.each([
  ["", "must begin with its verb"],
  ["deployed {target}", "must begin with its verb"],
  ["{a|b} {", "{ without its pair"],
  ["{a|b} }", "} without its pair"],
  ["{a|b} [x", "[ without its ]"],
  ["{a|b} x]", "] without its ["],
  ["{a|b} [x [y]]", "[ inside of [ ]"],
  ["{a|b} {}", "cannot read {}"],
  ["{a|b} {x:}", "cannot read {x:}"],
  ["{a|b} {x ?? }", "cannot read {x ?? }"],
])("%j is no sentence", (sentence, problem) => {
  expect(() => defineAction({ name: "widget_spin", sentence })).toThrow(
    expect.objectContaining({
      code: "invalid_option",
      message: expect.stringMatching(/^action widget_spin: sentence /) as string,
    }),
  );
  expect(() => defineAction({ name: "widget_spin", sentence })).toThrow(problem);
});

test("an own name cannot be taken twice", () => {
  const own = defineAction({ name: "widget_spin" });
  expect(() => createCatalogue([own, own])).toThrow(
    expect.objectContaining({ code: "invalid_option" }),
  );
});

test("an own action replaces the built-in one of its name", () => {
  const own = defineAction({ name: "model_deploy", category: "serving" });
  const catalogue = createCatalogue([own]);
  expect(catalogue.find("model_deploy")).toBe(own);
  expect(catalogue.names.filter((name) => name === "model_deploy")).toHaveLength(1);
});

test("what is built in as closed cannot be opened by its name alone", () => {
  expect(() => createCatalogue([defineAction({ name: "role_change" })])).toThrow(
    expect.objectContaining({
      code: "invalid_option",
      message: expect.stringContaining('failure: "closed"') as string,
    }),
  );
  const own = defineAction({ name: "role_change", failure: "closed" });
  expect(createCatalogue([own]).find("role_change")).toBe(own);
});

test("these actions are closed", () => {
  expect(
    BUILT_IN_ACTIONS.filter(({ failure }) => failure === "closed").map(({ name }) => name),
  ).toEqual([
    "permission_change",
    "role_change",
    "user_create",
    "user_update",
    "user_delete",
    "audit_config_change",
    "retention_purge",
  ]);
});

test("ids start with a letter, and no two are the same", () => {
  const ids = Array.from({ length: 2000 }, newId);
  expect(ids.every((id) => /^[A-Za-z][A-Za-z0-9_-]{15}$/.test(id) && isId(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
