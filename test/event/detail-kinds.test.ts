import { expect, test } from "vitest";
import { BUILT_IN_ACTIONS } from "../../src/event/index.ts";
import { detailKindsOf, DOTTED_DETAILS } from "../../src/event/portable.ts";

interface Schema {
  readonly type?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Undefined: a text may stand there. */
function kindOf({ type = "", items }: Schema): string | undefined {
  const kinds: Readonly<Record<string, string>> = {
    boolean: "flag",
    number: "number",
    integer: "number",
  };
  return type === "array" && items?.type === "string" ? "list" : kinds[type];
}

test.each(BUILT_IN_ACTIONS.map((action) => [action.name, action] as const))(
  "%s has the kinds of its schema",
  (name, { category, details }) => {
    const schema: Schema =
      details?.["~standard"].jsonSchema?.input({ target: "draft-2020-12" }) ?? {};
    const properties = Object.entries(schema.properties ?? {});
    const kinds = properties.flatMap(([field, of]) => {
      const kind = kindOf(of);
      return kind === undefined ? [] : [[field, kind] as const];
    });
    expect(detailKindsOf(name, category)).toEqual(Object.fromEntries(kinds));
    const dotted = properties.map(([field]) => field).filter((field) => field.includes("."));
    expect(dotted).toEqual(DOTTED_DETAILS);
  },
);

test("an action of one's own has none, whatever its name", () => {
  expect(detailKindsOf("sample_discard", "custom")).toEqual({});
  expect(detailKindsOf("constructor", "")).toEqual({});
  expect(detailKindsOf("relabel", "data")).toEqual({});
});
