import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normaliseMap, normaliseText, normaliseValue } from "../../src/event/index.ts";

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  toJSON(): string {
    return `${this.#cents / 100} EUR`;
  }
}

const cycle: { self?: unknown; readonly name: string } = { name: "loop" };
cycle.self = cycle;

const throwing = {
  ok: 1,
  get broken(): never {
    throw new Error("no value");
  },
};

const long = { __isLong__: true, toString: () => "9007199254740993" };
const shortLong = { __isLong__: true, toString: () => "42" };

describe("plain form", () => {
  test.each<[name: string, value: unknown, plain: unknown]>([
    ["a BigInt", 12n, "12"],
    ["an integer above 2^53", 2 ** 60, "1152921504606846976"],
    ["the largest safe integer", Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ["NaN", Number.NaN, "NaN"],
    ["Infinity", -Infinity, "-Infinity"],
    ["minus zero", -0, 0],
    ["a fraction", 0.1, 0.1],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["no date", new Date(Number.NaN), "Invalid Date"],
    ["bytes", Buffer.from("hi"), "aGk="],
    ["a piece of a buffer", new Uint8Array(Buffer.from("xhix")).subarray(1, 3), "aGk="],
    ["an ArrayBuffer", new Uint8Array([1, 2]).buffer, "AQI="],
    [
      "a Map",
      new Map<unknown, unknown>([
        ["a", 1n],
        [2, new Set([1])],
      ]),
      { a: "1", "2": [1] },
    ],
    ["a Set", new Set(["a", undefined]), ["a", null]],
    ["a class with toJSON", { price: new Money(250) }, { price: "2.5 EUR" }],
    [
      "a class with toObject",
      { message: { toObject: () => ({ a: 1n }) } },
      { message: { a: "1" } },
    ],
    ["an Error", new TypeError("bad"), { type: "TypeError", message: "bad" }],
    ["a long", long, "9007199254740993"],
    ["a long that is exact as a number", shortLong, 42],
    [
      "a message that pretends to be a long",
      { __isLong__: true, x: 1 },
      { __isLong__: true, x: 1 },
    ],
    ["a number beyond any integer", 1e300, "1e+300"],
    [
      "an Error whose parts are no texts",
      Object.assign(new Error("x"), { name: 1n, message: { a: 1n } }),
      { type: "1", message: { a: "1" } },
    ],
    ["a cycle", cycle, { name: "loop", self: "[cycle]" }],
    ["the same object twice, which is no cycle", [cycle.name, { a: 1 }], ["loop", { a: 1 }]],
    ["functions and symbols", { f: () => 1, s: Symbol("x"), u: undefined, n: null }, { n: null }],
    ["holes", [undefined, () => 1], [null, null]],
    ["a lone surrogate", { "a\ud800": "\udfff" }, { "a\ufffd": "\ufffd" }],
    ["an own __proto__", JSON.parse('{"__proto__":{"x":1}}'), { "body.__proto__": { x: 1 } }],
    [
      "a key that the Collector keeps",
      { "audit.actor.id": "mallory", "rpc.method": { "audit.time": 1 } },
      { "body.audit.actor.id": "mallory", "body.rpc.method": { "body.audit.time": 1 } },
    ],
    [
      "keys that become the same",
      { "a\ud800": 1, "a\udfff": 2, "a\ufffd": 3 },
      { "a\ufffd": 1, "a\ufffd (2)": 2, "a\ufffd (3)": 3 },
    ],
    [
      "a Map with 1 and its text",
      new Map<unknown, unknown>([
        ["1", "text"],
        [1, "number"],
      ]),
      { "1": "text", "1 (2)": "number" },
    ],
    [
      "long keys that start alike",
      { [`${"k ".repeat(5_000_000)}1`]: 1, [`${"k ".repeat(5_000_000)}2`]: 2 },
      {
        [`[cut: the first 8127 of 10000001 characters]${"k ".repeat(4063)}k`]: 1,
        [`[cut: the first 8127 of 10000001 characters]${"k ".repeat(4063)}k (2)`]: 2,
      },
    ],
  ])("of %s", (_name, value, plain) => {
    expect(normaliseValue(value)).toEqual(plain);
  });

  test.each<[name: string, value: unknown]>([
    ["a getter", throwing],
    [
      "toJSON",
      {
        toJSON() {
          throw new Error("no value");
        },
      },
    ],
    [
      "a proxy",
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error("no value");
          },
        },
      ),
    ],
    [
      "what is thrown",
      {
        get broken(): never {
          // eslint-disable-next-line no-throw-literal
          throw { toString: null };
        },
      },
    ],
  ])("%s that throws is marked", (_name, value) => {
    expect(JSON.stringify(normaliseValue({ value, next: 1 }))).toMatch(
      /^\{"value":"\[unreadable.*\]","next":1\}$/,
    );
  });

  test("what throws at the top is marked too", () => {
    const value = {
      get broken(): never {
        // eslint-disable-next-line no-throw-literal
        throw Object.create(null);
      },
    };
    expect(normaliseValue(value)).toBe("[unreadable: an error without a text]");
  });

  test("what is deep is cut and marked", () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 10_000; level++) deep = level % 2 === 0 ? [deep] : { deep };
    const text = JSON.stringify(normaliseValue(deep));
    expect(text).toContain("[cut: deeper than 64 levels]");
    expect(text).not.toContain("bottom");
  });

  test("toJSON that gives ever new objects ends", () => {
    const endless = (): object => ({ toJSON: endless });
    expect(normaliseValue(endless())).toContain("[cut");
  });

  test("what is long is cut and marked", () => {
    const text = JSON.stringify(normaliseValue(Array.from({ length: 30_000 }, () => 7)));
    expect(text).toContain("[cut: ");
    expect(text.length).toBeLessThan(60_000);
  });

  test("is of its own: changing the value later does not change it", () => {
    const value = { list: [1] };
    const plain = normaliseValue(value);
    value.list.push(2);
    expect(plain).toEqual({ list: [1] });
  });
});

test.each<[value: unknown, map: unknown]>([
  [undefined, {}],
  [null, {}],
  [7, { value: 7 }],
  [[1], { value: [1] }],
  [{ a: 1 }, { a: 1 }],
])("the map of %j", (value, map) => expect(normaliseMap(value)).toEqual(map));

test.each<[value: unknown, text: string | undefined]>([
  [undefined, undefined],
  ["", undefined],
  [0, "0"],
  [1n, "1"],
  [{ a: 1 }, '{"a":1}'],
  [Symbol("x"), undefined],
])("the text of %s", (value, text) => expect(normaliseText(value)).toBe(text));

const anyValue = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  key: fc.oneof(fc.string({ unit: "binary" }), fc.constant("__proto__"), fc.constant("toJSON")),
  values: [fc.string({ unit: "binary" }), fc.double(), fc.bigInt(), fc.constant("\ud800")],
});

test("whatever it is given: it does not throw, and JSON can say it", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const map = normaliseMap(value);
      const text = JSON.stringify(map);
      expect(text.isWellFormed()).toBe(true);
      expect(JSON.parse(text)).toEqual(map);
      expect(normaliseMap(map)).toEqual(map);
      normaliseText(value);
    }),
    { numRuns: 2000 },
  );
});
