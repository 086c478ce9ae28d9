import { describe, expect, test } from "vitest";
import type { AttributeValue, BodyMap } from "../../src/event/index.ts";
import { sealedFieldsOf } from "../../src/seal/sealed-fields.ts";
import { createShaper } from "../../src/seal/shape.ts";

/** What is shaped one after the other. */
type Shown = readonly [attributes: Readonly<Record<string, AttributeValue>>, body: BodyMap];

describe("a shaper gives what is sealed, whatever it was given before", () => {
  test.each<readonly [string, readonly Shown[]]>([
    [
      "the same names with other values",
      [
        [{ "audit.reason": "a" }, { note: "b" }],
        [{ "audit.reason": "c" }, { note: "d" }],
      ],
    ],
    [
      "as many names, none of them the same",
      [
        [{ "audit.reason": "a" }, { note: "b" }],
        [{ "audit.outcome": "a" }, { text: "b" }],
        [{ "audit.reason": "c" }, { note: "d" }],
      ],
    ],
    [
      "the same names, parted otherwise",
      [
        [{ "audit.reason": "a", "rpc.method": "b" }, {}],
        [{ "audit.reason": "a" }, { "rpc.method": "b" }],
        [{}, { "audit.reason": "a", "rpc.method": "b" }],
      ],
    ],
    [
      "names in another order",
      [
        [{ "audit.reason": "a", "audit.outcome": "b" }, {}],
        [{ "audit.outcome": "c", "audit.reason": "d" }, {}],
      ],
    ],
    [
      "one name more",
      [
        [{ "audit.reason": "a" }, {}],
        [{ "audit.reason": "b", "audit.outcome": "c" }, {}],
        [{ "audit.reason": "d" }, {}],
      ],
    ],
    [
      "one leaf more, and one less",
      [
        [{ "audit.reason": "a" }, { note: "b" }],
        [{ "audit.reason": "c" }, { note: "d", text: "e" }],
        [{ "audit.reason": "f" }, { note: "g" }],
      ],
    ],
    [
      "maps in maps, with other values",
      [
        [{ "audit.reason": "a" }, { b: { c: { d: 1, e: 2 } }, f: { g: 3 } }],
        [{ "audit.reason": "b" }, { b: { c: { d: 4, e: 5 } }, f: { g: 6 } }],
      ],
    ],
    ["a leaf with the name of an attribute", [[{ "audit.reason": "a" }, { "audit.reason": "b" }]]],
    [
      "leaves with a letter before the name of an attribute",
      [[{ "audit.reason": "a" }, { "aaudit.reason": "b", "baudit.reason": "c" }]],
    ],
    [
      "attributes that are not sealed, with the names of leaves",
      [
        [
          { note: "a", bnote: "b", anote: "c" },
          { note: "d", text: "e" },
        ],
      ],
    ],
    ["maps in maps, and what is empty", [[{ "audit.reason": "" }, { a: { b: { c: 1 } }, d: {} }]]],
    [
      "more shapes than are remembered",
      Array.from("abcdefab").map((name) => [{ "audit.reason": name }, { [name]: name }] as const),
    ],
  ])("%s", (_name, all) => {
    const shape = createShaper(() => () => false);
    for (const [attributes, body] of all) {
      const { fields, texts } = shape({ attributes, body }, "pause");
      expect(fields?.map(({ key, isBody, at }) => [key, isBody, texts[at]])).toEqual(
        sealedFieldsOf({ attributes, body }).map(({ key, isBody, text }) => [key, isBody, text]),
      );
    }
  });
});

test("what may be redacted is asked of each action by itself", () => {
  const shape = createShaper(
    (action) =>
      ({ key }) =>
        key === action,
  );
  for (const action of ["note", "text", "note"]) {
    const { fields } = shape({ attributes: {}, body: { note: "a", text: "b" } }, action);
    expect(fields?.filter((field) => field.isRedactable).map(({ key }) => key)).toEqual([action]);
  }
});

describe("what may be redacted is asked once", () => {
  /** Shapes bodies of these names, one after the other; gives those that were asked for. */
  function askedFor(
    shown: readonly (readonly [action: string, name: string])[],
  ): readonly string[] {
    const asked: string[] = [];
    let current = "";
    const shape = createShaper(() => {
      asked.push(current);
      return () => false;
    });
    for (const [action, name] of shown) {
      current = `${action} ${name}`;
      shape({ attributes: {}, body: { [name]: 1 } }, action);
    }
    return asked;
  }
  const times = (count: number, of: (at: number) => readonly [string, string]) =>
    Array.from({ length: count }, (_, at) => of(at));

  test("for each action, and for records that look alike", () => {
    const shown = [
      ["pause", "a"],
      ["pause", "b"],
      ["stop", "a"],
    ] as const;
    expect(askedFor([...shown, ...shown.toReversed()])).toEqual(["pause a", "pause b", "stop a"]);
  });
  test("of an action the last four are remembered", () => {
    const five = Array.from("abcde").map((name) => ["pause", name] as const);
    expect(askedFor([...five, ["pause", "b"]])).toHaveLength(5);
    expect(askedFor([...five, ["pause", "a"]])).toHaveLength(6);
  });
  test("1024 actions are remembered; one more, and all are asked for again", () => {
    const many = times(1024, (at) => [`action${at}`, "a"]);
    const [first = ["", ""]] = many;
    expect(askedFor([...many, first])).toHaveLength(1024);
    expect(askedFor([...many, ["another", "a"], first, first])).toHaveLength(1026);
  });
});

test("more actions than are remembered", () => {
  const shape = createShaper(() => () => false);
  for (let at = 0; at < 2100; at++) {
    const name = `name${at % 1050}`;
    const { fields, texts } = shape({ attributes: {}, body: { [name]: at } }, name);
    expect([fields?.map(({ key }) => key), texts]).toEqual([[name], [String(at)]]);
  }
});

test.each<readonly [string, Shown]>([
  ["two leaves", [{}, { "a.b": 1, a: { b: 2 } }]],
  ["two attributes", [{ "audit.a-b": "1", "audit.a.b": "2" }, {}]],
  ["a leaf and an attribute", [{ "audit.a": "1" }, { "audit.a": "2", "body.audit.a": "3" }]],
])("no fields where %s have one key", (_name, [attributes, body]) => {
  expect(createShaper(() => () => false)({ attributes, body }, "pause").fields).toBeUndefined();
});
