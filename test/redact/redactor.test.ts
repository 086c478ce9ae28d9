import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BodyMap, BodyValue } from "../../src/event/index.ts";
import { createRedactor } from "../../src/redact/index.ts";

const { redact, redactText, redactValue, digest } = createRedactor();
const CARD = 4_111_111_111_111_111;

function deep(levels: number, inside: BodyMap): BodyMap {
  let map = inside;
  for (let level = 0; level < levels; level++) map = { inner: map };
  return map;
}

describe("redact", () => {
  it("gives back the same objects where nothing is to be masked", () => {
    const record = {
      attributes: { "audit.reason": "fine", n: 1 },
      body: { after: { lr: 0.1 }, list: ["a"] },
    };
    const { attributes, body, rules } = redact(record);
    expect(attributes).toBe(record.attributes);
    expect(body).toBe(record.body);
    expect(rules).toEqual([]);
  });

  it("leaves its input alone and shares what did not change", () => {
    const body = { before: { password: "x" }, after: { lr: 1 } };
    const redacted = redact({ attributes: {}, body });
    expect(body.before.password).toBe("x");
    expect(redacted.body["before"]).toEqual({ password: "****" });
    expect(redacted.body["after"]).toBe(body.after);
  });

  it("names the rules, sorted, each once", () => {
    const body = { b: { token: "x", mail: "ann@example.org" }, a: { token: "y" } };
    expect(redact({ attributes: {}, body }).rules).toEqual(["email", "key:token"]);
  });

  it.each<[string, string, string | number | readonly string[], unknown]>([
    ["keeps identity", "audit.actor.id", "ann@example.org", "ann@example.org"],
    ["skips the key rule where the name is no secret", "audit.authorization.id", "CHG-1", "CHG-1"],
    ["still looks inside of it", "audit.authorization.by", "ann@example.org", "****"],
    ["masks by name", "http.request.header.authorization", ["x"], "****"],
    ["masks texts", "audit.reason", "token=abc", "token=****"],
    ["masks items of lists", "list", ["a", "ann@example.org"], ["a", "****"]],
    [
      "masks arguments of a command",
      "process.command_args",
      ["x", "--password", "p"],
      ["x", "--password", "****"],
    ],
    ["masks card numbers", "n", CARD, "****"],
    ["keeps other numbers", "n", 1_544_712_660_000, 1_544_712_660_000],
  ])("attributes: %s", (_, key, value, expected) => {
    expect(redact({ attributes: { [key]: value }, body: {} }).attributes[key]).toEqual(expected);
  });
});

describe("redactValue", () => {
  it.each<[string, BodyValue, BodyValue]>([
    [
      "a map under a secret name",
      { credentials: { user: "a", value: "b" } },
      { credentials: "****" },
    ],
    ["a list under a secret name", { tokens: 1, cookies: ["a"] }, { tokens: 1, cookies: "****" }],
    ["a number under a secret name", { otp: 287_082 }, { otp: "****" }],
    [
      "switches and nothing",
      { password: true, token: null, secret: "" },
      { password: true, token: null, secret: "" },
    ],
    ["a name/value pair", [{ name: "Cookie", value: "a=b" }], [{ name: "Cookie", value: "****" }]],
    [
      "a key/value pair",
      { key: "db_password", value: ["x"] },
      { key: "db_password", value: "****" },
    ],
    [
      "a list of pairs",
      [
        ["host", "x"],
        ["authorization", "y"],
      ],
      [
        ["host", "x"],
        ["authorization", "****"],
      ],
    ],
    [
      "a name that is a secret",
      { "ann@example.org": 1, "bob@example.org": 2 },
      { "****": 1, "**** (2)": 2 },
    ],
    [
      "JSON inside of text",
      { body: '{"access_token":"abc"}' },
      { body: '{"access_token":"****"}' },
    ],
  ])("%s", (_, value, expected) => {
    expect(redactValue(value)).toEqual(expected);
  });

  it("keeps a key called __proto__", () => {
    const map = Object.fromEntries<BodyValue>([
      ["__proto__", { a: 1 }],
      ["password", "x"],
    ]);
    expect(JSON.stringify(redactValue(map))).toBe('{"__proto__":{"a":1},"password":"****"}');
  });

  it("reaches a map 10 000 levels deep", () => {
    const redacted = redactValue(deep(10_000, { password: "x", n: 1 }));
    let at: BodyValue = redacted;
    while (typeof at === "object" && at !== null && "inner" in at) at = at["inner"] ?? null;
    expect(at).toEqual({ password: "****", n: 1 });
  });

  it("ends where a map contains itself", () => {
    const map: Record<string, BodyValue> = { n: 1 };
    map["self"] = map;
    expect(redactValue(map)).toEqual({ n: 1, self: "[cycle]" });
  });
});

describe("any input", () => {
  const secret = "ghp_" + "Zq8".repeat(12);
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "password=",
      "token: ",
      "Bearer ",
      '"',
      "'",
      "\\",
      "://",
      "@",
      "--key ",
      "a.b",
      "****",
      "[",
      "{",
      ":",
      "<a>",
      "-----BEGIN PRIVATE KEY-----",
      "4111",
      " ",
      "eyJ",
      "&",
    ),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

  it("redactText never throws, and a second time changes nothing", () => {
    fc.assert(
      fc.property(text, (given) => {
        const once = redactText(given);
        expect(redactText(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it("a planted token does not survive in any place of any tree", () => {
    const { value } = fc.letrec<{ value: BodyValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.tuple(text, text).map(([a, b]) => `${a} ${secret} ${b}`),
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom(secret, "password", "name", "value")),
          tie("value"),
          { maxKeys: 4 },
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(JSON.stringify(redactValue(given))).not.toContain(secret);
      }),
      { numRuns: 1000 },
    );
  });
});

it("digest says which rules these are", () => {
  expect(digest).toMatch(/^[\w-]{43}$/);
  expect(createRedactor().digest).toBe(digest);
});
