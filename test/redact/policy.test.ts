/** redaction.yaml: what it can say, what becomes of it, and what it refuses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { growthOf } from "../support/growth.ts";
import { describe, expect, it } from "vitest";
import type { BodyMap } from "../../src/event/index.ts";
import { AuditError } from "../../src/lib/errors.ts";
import {
  compileRedaction,
  createPseudonyms,
  createRedactor,
  needsKey,
  parseRedaction,
  redactionJsonSchema,
  redactionOfObject,
  type Redactor,
  type RedactionAction,
  type RedactionPolicy,
  type ValuePolicy,
  weakenings,
} from "../../src/redact/index.ts";

const pseudonyms = createPseudonyms(Buffer.alloc(32, 7));
const redactorOf = (policy: Omit<RedactionPolicy, "version">): Redactor =>
  createRedactor(compileRedaction(redactionOfObject({ version: 1, ...policy }), pseudonyms));
const bodyOf = (policy: Omit<RedactionPolicy, "version">, body: BodyMap): BodyMap =>
  redactorOf(policy).redact({ attributes: {}, body }).body;
const PSEUDONYM = /^hmac:[A-Za-z0-9_-]{8}:[A-Za-z0-9_-]{22}$/;
const pseudonym: unknown = expect.stringMatching(PSEUDONYM);

describe("keys", () => {
  const body = { Customer_Name: "Ann", nested: { home_address: "x 1", note: "ok" }, rate: 1 };

  it.each([
    ["mask", { Customer_Name: "****", nested: { home_address: "****", note: "ok" }, rate: 1 }],
    ["drop", { nested: { note: "ok" }, rate: 1 }],
    [
      "hash",
      { Customer_Name: pseudonym, nested: { home_address: pseudonym, note: "ok" }, rate: 1 },
    ],
    ["keep", body],
  ] as const)("names in any case, with *: %s", (action, expected) => {
    const keys = [{ names: ["customer_name", "*_address"], action }];
    expect(bodyOf({ keys }, body)).toEqual(expected);
  });

  it("matches whole names only, by name and by pattern", () => {
    const keys = [{ names: ["name"] }, { regex: "x_[0-9]+" }];
    const given = { name: "a", username: "b", x_12: "c", x_12y: "d", X_3: "e" };
    expect(bodyOf({ keys }, given)).toEqual({ ...given, name: "****", x_12: "****", X_3: "****" });
  });

  it("the first match wins, and wins over the built-in rules", () => {
    const keys = [
      { names: ["password_hint"], action: "keep" as const },
      { names: ["password*"], action: "drop" as const },
    ];
    expect(
      bodyOf({ keys }, { password_hint: "ann@example.org", password: "x", token: "t" }),
    ).toEqual({
      password_hint: "ann@example.org",
      token: "****",
    });
  });

  it("mean what they name: numbers and booleans too", () => {
    const keys = [{ names: ["hiv_positive", "age"] }];
    expect(bodyOf({ keys }, { hiv_positive: true, age: 7, password: false })).toEqual({
      hiv_positive: "****",
      age: "****",
      password: false,
    });
    const values = [{ name: "customer", regex: "[0-9]{6}" }];
    expect(bodyOf({ values }, { a: 123_456, b: "no 123456", c: 12 })).toEqual({
      a: "****",
      b: "no ****",
      c: 12,
    });
  });

  it("every value of a pair is one", () => {
    expect(bodyOf({}, { name: "password", value: "", values: ["hunter2"], Value: "x" })).toEqual({
      name: "password",
      value: "",
      values: "****",
      Value: "****",
    });
  });

  it("what is dropped leaves maps and lists", () => {
    const keys = [{ names: ["gone"], action: "drop" as const }];
    const given = { gone: true, list: [{ gone: 1 }, { gone: null, stays: 2 }], gone2: 1 };
    expect(bodyOf({ keys }, given)).toEqual({ list: [{}, { stays: 2 }], gone2: 1 });
  });

  it("counts in text and in pairs too", () => {
    const keys = [{ names: ["customer"], action: "hash" as const }];
    const { text, pair } = bodyOf(
      { keys },
      {
        text: "customer=4711 rate=1",
        pair: { name: "customer", value: "4711" },
      },
    );
    expect(text).toMatch(/^customer=hmac:[^ ]+ rate=1$/);
    expect(pair).toEqual({ name: "customer", value: pseudonym });
  });

  it("reaches attributes, but not those that hold the record together", () => {
    const keys = [{ names: ["audit.*", "target"], action: "drop" as const }];
    const { attributes } = redactorOf({ keys }).redact({
      attributes: { "audit.target.id": "t", "audit.record.id": "r.1", "audit.reason": "why" },
      body: {},
    });
    expect(attributes).toEqual({ "audit.record.id": "r.1" });
  });
});

describe("values", () => {
  const values = (action: RedactionAction): readonly ValuePolicy[] => [
    { name: "customer", regex: "C-[0-9]{4}", action },
  ];

  it.each([
    ["mask", { a: "to **** and ****", b: "none", c: ["****"] }],
    ["drop", { b: "none", c: [] }],
    ["keep", { a: "to C-1234 and C-5678", b: "none", c: ["C-1234"] }],
  ] as const)("%s", (action, expected) => {
    const given = { a: "to C-1234 and C-5678", b: "none", c: ["C-1234"] };
    expect(bodyOf({ values: values(action) }, given)).toEqual(expected);
  });

  it("hash: the same value in the same field has the same pseudonym, in another field another", () => {
    const { a, b } = bodyOf({ values: values("hash") }, { a: "C-1234 C-1234 C-5678", b: "C-1234" });
    const [first, second, third] = JSON.stringify(a).slice(1, -1).split(" ");
    expect(first).toMatch(PSEUDONYM);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(b).toMatch(PSEUDONYM);
    expect(b).not.toBe(first);
  });

  it("keep protects from the built-in detectors, and nothing around it", () => {
    const kept = [{ name: "robots", regex: "[a-z]+@bots\\.example", action: "keep" as const }];
    expect(bodyOf({ values: kept }, { a: "ci@bots.example and ann@example.org" })).toEqual({
      a: "ci@bots.example and ****",
    });
    expect(bodyOf({ values: kept }, { a: "password=x@bots.example:hunter2" })).toEqual({
      a: "password=****",
    });
  });
});

describe("detectors", () => {
  const given = { a: "ann@example.org from 10.1.2.3, +49 30 1234567, fe80::1" };

  it("are on, but for addresses and telephone numbers", () => {
    expect(bodyOf({}, given)).toEqual({ a: "**** from 10.1.2.3, +49 30 1234567, fe80::1" });
  });

  it("can be switched on and off, and say what becomes of it", () => {
    const detectors = { email: "keep", ip_address: "mask", phone_number: "mask" } as const;
    expect(bodyOf({ detectors }, given)).toEqual({ a: "ann@example.org from ****, ****, ****" });
    expect(bodyOf({ detectors: { email: "hash" } }, given)["a"]).toMatch(/^hmac:[^ ]+ from /);
    expect(bodyOf({ detectors: { email: "drop" } }, { ...given, b: "x" })).toEqual({ b: "x" });
    expect(bodyOf({ detectors: { "key:token": "keep" } }, { token: "t", secret: "s" })).toEqual({
      token: "t",
      secret: "****",
    });
  });

  it.each(["1.2.3", "1.2.3.4.5", "256.1.1.1", "10:20:30", "v1.2.3.4", "a::b::c"])(
    "%s is no address",
    (text) =>
      expect(bodyOf({ detectors: { ip_address: "mask" } }, { a: text })).toEqual({ a: text }),
  );
});

describe("actions", () => {
  it("rules of an action come before those for all, in its records only", () => {
    const redactor = redactorOf({
      keys: [{ names: ["note"], action: "mask" }],
      actions: { note_write: { keys: [{ names: ["note"], action: "keep" }] } },
    });
    const noteOf = (action: string): unknown =>
      redactor.redact({ attributes: { "audit.action": action }, body: { note: "n", token: "t" } })
        .body;
    expect(noteOf("note_write")).toEqual({ note: "n", token: "****" });
    expect(noteOf("pause")).toEqual({ note: "****", token: "****" });
  });
});

describe("identity", () => {
  const attributes = {
    "audit.actor.id": "ann@example.org",
    "audit.actor.type": "agent",
    "audit.actor.delegator.id": "bob",
    "client.address": "10.1.2.3",
    "client.port": 4711,
    "audit.source.id": "10.1.2.3",
    "audit.source.type": "ip",
  };
  const identityOf = (identity: "clear" | "pseudonym" | "drop"): Record<string, unknown> =>
    redactorOf({ identity }).redact({ attributes, body: {} }).attributes;

  it("stays by default, whatever the detectors say", () => {
    expect(identityOf("clear")).toEqual(attributes);
  });

  it("as pseudonyms: a person is one whether acting or acted for, addresses are their own", () => {
    const hidden = identityOf("pseudonym");
    expect(hidden).toEqual({
      "audit.actor.id": pseudonym,
      "audit.actor.type": "agent",
      "audit.actor.delegator.id": pseudonym,
      "client.address": pseudonym,
      "audit.source.id": hidden["client.address"],
      "audit.source.type": "ip",
    });
    const [asDelegator] = Object.values(
      redactorOf({ identity: "pseudonym" }).redact({
        attributes: { "audit.actor.delegator.id": "ann@example.org" },
        body: {},
      }).attributes,
    );
    expect(asDelegator).toBe(hidden["audit.actor.id"]);
  });

  it("dropped: that there was an actor stays", () => {
    expect(identityOf("drop")).toEqual({
      "audit.actor.id": "****",
      "audit.actor.type": "agent",
      "audit.source.type": "ip",
    });
  });

  it("and no rule on names or shapes stands in its way", () => {
    const { attributes: hidden } = redactorOf({
      identity: "pseudonym",
      keys: [{ names: ["*.type"] }],
      detectors: { ip_address: "mask" },
    }).redact({ attributes, body: {} });
    expect(hidden["audit.source.id"]).toBe(hidden["client.address"]);
    expect(hidden["audit.source.id"]).toMatch(PSEUDONYM);
    const elsewhere = redactorOf({
      identity: "pseudonym",
      detectors: { ip_address: "mask" },
    }).redact({
      attributes: { ...attributes, "audit.source.id": "10.9.9.9" },
      body: {},
    });
    expect(elsewhere.attributes["audit.source.id"]).not.toBe(hidden["audit.source.id"]);
  });

  it("anonymous is nobody's name", () => {
    const { attributes: hidden } = redactorOf({ identity: "pseudonym" }).redact({
      attributes: { "audit.actor.id": "anonymous" },
      body: {},
    });
    expect(hidden).toEqual({ "audit.actor.id": "anonymous" });
  });
});

describe("pseudonyms", () => {
  it("are HMAC-SHA-256 of field and value: a vector", () => {
    // printf 'note\0ann' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07 (32 bytes), first 16 bytes.
    expect(pseudonyms.of("note", "ann")).toBe(VECTOR);
  });

  it("cannot be written down by others: what looks like one is hashed like anything else", () => {
    const once = pseudonyms.of("note", "ann");
    expect(pseudonyms.of("note", once)).toMatch(PSEUDONYM);
    expect(pseudonyms.of("note", once)).not.toBe(once);
    const other = createPseudonyms(Buffer.alloc(32, 8));
    expect(other.keyId).not.toBe(pseudonyms.keyId);
  });
});

const VECTOR = "hmac:a7yEOGeZ:kwe-Pm5R5glZsTJNhpPM-w";

describe("what is refused, with its place and the way out", () => {
  it.each([
    ["version: 2", /^r\.yaml:1:10: version: /],
    ["version: 1\nkey: []", /^r\.yaml:2:1: unknown key "key", did you mean "keys"\?$/],
    [
      "version: 1\nkeys:\n  - names: [a]\n    action: maks",
      /^r\.yaml:4:13: .*"maks" is not known, did you mean "mask"\?/,
    ],
    [
      "version: 1\nkeys:\n  - action: mask",
      /^r\.yaml:3:5: keys\.0: must have either names or regex/,
    ],
    [
      "version: 1\nvalues:\n  - { name: x, regex: '(?=a)' }",
      /^r\.yaml:3:23: .* is no RE2 pattern: /,
    ],
    ["version: 1\nvalues:\n  - { name: X Y, regex: a }", /^r\.yaml:3:13: .*lower-case words/],
    ["version: 1\ndetectors: { e-mail: mask }", /^r\.yaml:2:14: .*e-mail/],
    [
      "version: 1\nidentity: hidden",
      /^r\.yaml:2:11: .*"hidden" is not known: use clear, pseudonym, drop/,
    ],
    ["version: 1\nactions: { note_wirte: {} }", /^r\.yaml:2:12: unknown action "note_wirte"/],
    [
      "version: 1\nkeys: [{ names: [note, audit.actor.id], action: hash }]",
      /^r\.yaml:2:24: no rule on names reaches "audit\.actor\.id": .*identity/,
    ],
    ["version: [", /^r\.yaml:/],
  ])("%j", (text, message) => {
    let problem: unknown;
    try {
      compileRedaction(parseRedaction(text, "r.yaml"), undefined, (name) => name === "note_write");
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(AuditError);
    expect(problem).toMatchObject({
      code: "invalid_policy",
      message: expect.stringMatching(message) as string,
    });
  });

  it("any text and any object end in a policy or in an AuditError", () => {
    const word = fc.constantFrom(
      "version",
      "1",
      "keys",
      "names",
      "regex",
      "action",
      "hash",
      "values",
      "detectors",
      ":",
      "-",
      "[",
      "]",
      "{",
      "}",
      "\n",
      " ",
      "*",
      "&a",
      "*a",
      "'",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join("")),
        ),
        (text) => {
          try {
            compileRedaction(parseRedaction(text, "r.yaml"), undefined);
          } catch (error) {
            expect(error).toBeInstanceOf(AuditError);
          }
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          redactionOfObject(value);
        } catch (error) {
          expect(error).toBeInstanceOf(AuditError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("rules that no name alone decides", () => {
  const body = {
    kind: "Secret",
    data: { extra: "YmFyCg==" },
    mapbox_login: "Zk3sN8pQ2vLx7Rt5Wy9B",
    text: "kind: Secret\ndata:\n  extra: YmFyCg==\nx_login Zk3sN8pQ2vLx7Rt5Wy9B",
  };
  const redacted = (action: "mask" | "keep" | "hash" | "drop"): unknown =>
    redactorOf({
      detectors: { "key:likely": action, "key:kubernetes_secret": action },
    }).redact({ attributes: {}, body }).body;

  it("mask by default, and keep where a policy says so", () => {
    const masked = {
      ...body,
      data: { extra: "****" },
      mapbox_login: "****",
      text: "kind: Secret\ndata:\n  extra: ****\nx_login ****",
    };
    expect(createRedactor().redact({ attributes: {}, body }).body).toEqual(masked);
    expect(redacted("mask")).toEqual(masked);
    expect(redacted("keep")).toEqual(body);
    expect(redacted("drop")).toEqual({ kind: "Secret", data: {} });
    expect(JSON.stringify(redacted("hash")).match(/hmac:/g)).toHaveLength(4);
  });
});

it("crypto_address is off until it is switched on", () => {
  const text = "to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT";
  expect(createRedactor().redactText(text)).toBe(text);
  expect(redactorOf({ detectors: { crypto_address: "mask" } }).redactText(text)).toBe("to ****");
});

it("tells whether it needs a key, and what it weakens", () => {
  expect(needsKey({ version: 1 })).toBe(false);
  expect(needsKey({ version: 1, identity: "pseudonym" })).toBe(true);
  expect(needsKey({ version: 1, actions: { pause: { detectors: { email: "hash" } } } })).toBe(true);
  expect(
    weakenings({
      version: 1,
      keys: [{ names: ["a", "b"], action: "keep" }],
      actions: { pause: { values: [{ name: "v", regex: "x", action: "keep" }] } },
      detectors: { email: "keep", iban: "drop" },
    }),
  ).toEqual(["a, b", "email", "value:v"]);
});

it("the digest tells one policy from another, and from none", () => {
  const digests = [
    createRedactor().digest,
    redactorOf({}).digest,
    redactorOf({ identity: "drop" }).digest,
  ];
  expect(new Set(digests).size).toBe(3);
});

it("the digest is that of the policy, whatever the key of its pseudonyms: who verifies has none", () => {
  const loaded = redactionOfObject({ version: 1 });
  const keys = [undefined, pseudonyms, createPseudonyms(Buffer.alloc(32, 8))];
  const digests = keys.map((key) => createRedactor(compileRedaction(loaded, key)).digest);
  expect(new Set(digests).size).toBe(1);
});

it("the example of docs/redaction.md is a policy, and does what it says", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/redaction.md"), "utf8");
  const [, yaml = ""] = /```yaml\n([^`]*)```/.exec(text) ?? [];
  const redactor = createRedactor(
    compileRedaction(parseRedaction(yaml, "redaction.yaml"), pseudonyms),
  );
  const { attributes, body } = redactor.redact({
    attributes: { "audit.actor.id": "ann", "client.address": "10.1.2.3" },
    body: {
      home_address: "x 1",
      x_internal_7: 1,
      password_hint: "the dog",
      text: "C-123456 of ci@bots.example from 10.1.2.3, DE89370400440532013000, ann@example.org",
    },
  });
  expect(attributes).toEqual({ "audit.actor.id": pseudonym, "client.address": pseudonym });
  expect(body).toEqual({
    home_address: pseudonym,
    password_hint: "the dog",
    text: expect.stringMatching(
      /^\*{4} of ci@bots\.example from \*{4}, DE89370400440532013000, hmac:\S+$/,
    ) as string,
  });
});

it("docs/redaction.schema.json is that of the code: npm run schema writes it", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/redaction.schema.json"), "utf8");
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(redactionJsonSchema())));
});

it("patterns of a policy take time linear in what they read", () => {
  const redactor = redactorOf({ values: [{ name: "evil", regex: "(a+)+b" }] });
  // A backtracking engine would not come back from the first one.
  const growth = growthOf(
    () => redactor.redactText("a".repeat(2000)),
    () => redactor.redactText("a".repeat(20_000)),
  );
  expect(growth).toBeLessThan(50);
});
