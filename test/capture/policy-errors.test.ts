/** Every mistake in an audit policy is an error that says where, what, and what to do instead. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileActor,
  compilePolicy,
  loadPolicyFile,
  parsePolicy,
  policyOfObject,
} from "../../src/capture/index.ts";
import { createCatalogue } from "../../src/event/index.ts";
import { AuditError } from "../../src/lib/errors.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const JWT =
  "jwks: http://127.0.0.1:1/, issuer: https://id.example.org, audience: trainer, algorithms: [EdDSA]";

/** Everything that opening an audit log does with a policy. */
function open(text: string, report: (line: string) => void = () => {}): void {
  const loaded = parsePolicy(text, "audit.yaml");
  compilePolicy(loaded, createCatalogue(), report);
  compileActor(loaded, undefined, report);
}

function errorOf(run: () => unknown): AuditError {
  try {
    run();
  } catch (error) {
    if (error instanceof AuditError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const rule = (...lines: string[]): string =>
  ["version: 1", "rules:", "  - method: a.B/C", ...lines.map((line) => `    ${line}`)].join("\n");
const action = (...lines: string[]): string =>
  rule("actions:", "  - action: pause", ...lines.map((line) => `    ${line}`));
const actor = (source: string): string => `version: 1\nactor:\n  - ${source}\n`;
const jwt = (fields: string): string => actor(`jwt: { ${fields} }`);

test.each<[name: string, text: string, message: RegExp]>([
  [
    "required as a text",
    "version: 1\nrequired: yes please\n",
    /^audit\.yaml:2:11: required: must be a boolean, it is "yes please"$/,
  ],
  [
    "an unknown coverage",
    "version: 1\ncoverage: strickt\n",
    /^audit\.yaml:2:11: coverage: "strickt" is not known, did you mean "strict"\?: use strict, warn, off$/,
  ],
  [
    "an unknown level",
    rule("level: response"),
    /^audit\.yaml:4:12: rules\.0\.level: "response" is not known.*: use none, metadata, request, request-response$/,
  ],
  [
    "an unknown failure policy",
    rule("failure: close"),
    /^audit\.yaml:4:14: rules\.0\.failure: "close" is not known, did you mean "closed"\?: use open, closed$/,
  ],
  [
    "an unknown failure policy of an action",
    action("failure: shut"),
    /^audit\.yaml:6:18: rules\.0\.actions\.0\.failure: "shut" is not known: use open, closed$/,
  ],
  [
    "rules as a map",
    "version: 1\nrules: { a: 1 }\n",
    /^audit\.yaml:2:8: rules: must be a list, it is a map$/,
  ],
  [
    "a rule without a method",
    "version: 1\nrules:\n  - level: none\n",
    /^audit\.yaml:3:5: rules\.0\.method: cannot be nothing$|^audit\.yaml:3:5: rules\.0\.method: is missing/,
  ],
  [
    "a method that is a number",
    "version: 1\nrules:\n  - method: 7\n",
    /^audit\.yaml:3:13: rules\.0\.method: cannot be 7$/,
  ],
  [
    "a pattern between slashes",
    "version: 1\nrules:\n  - method: /a.*/\n",
    /^audit\.yaml:3:13: rules\.0\.method: must be .*\{ regex: <RE2 pattern/,
  ],
  [
    "an unknown key beside regex",
    "version: 1\nrules:\n  - method: { regexp: a }\n",
    /^audit\.yaml:3:15: unknown key "regexp" in rules\.0\.method, did you mean "regex"\?$/,
  ],
  [
    "a pattern that is open",
    'version: 1\nrules:\n  - method: { regex: "a(" }\n',
    /^audit\.yaml:3:13: "a\(" is no RE2 pattern: .*missing closing \)/,
  ],
  [
    "a back reference",
    "version: 1\nrules:\n  - method: { regex: '(a)\\1' }\n",
    /^audit\.yaml:3:13: .* is no RE2 pattern: .*invalid escape/,
  ],
  [
    "look-ahead",
    "version: 1\nexempt:\n  - method: { regex: '(?=a)' }\n    reason: x\n",
    /^audit\.yaml:3:13: .* is no RE2 pattern: .*\(\?=/,
  ],
  [
    "a pattern that repeats too often",
    "version: 1\nrules:\n  - method: { regex: 'a{5000}' }\n",
    /is no RE2 pattern: .*repeat count/,
  ],
  [
    "an empty pattern",
    "version: 1\nrules:\n  - method: { regex: '' }\n",
    /^audit\.yaml:3:22: rules\.0\.method\.regex: must not be empty/,
  ],
  [
    "a pattern in a condition",
    action("when: { request.a: { matches: '[' } }"),
    /^audit\.yaml:6:\d+: "\[" is no RE2 pattern: /,
  ],
  [
    "an unknown condition",
    action("when: { request.a: { match: x } }"),
    /^audit\.yaml:6:\d+: unknown key "match" in rules\.0\.actions\.0\.when\.request\.a, did you mean "matches"\?$/,
  ],
  [
    "an empty list of values",
    action("when: { request.a: [] }"),
    /^audit\.yaml:6:\d+: rules\.0\.actions\.0\.when\.request\.a: must list at least one value/,
  ],
  [
    "a condition on what is no path",
    action("when: { requst.a: present }"),
    /^audit\.yaml:6:17: "requst\.a" is no path: it must start with request\. or response\.$/,
  ],
  [
    "a word that is no answer to whether it was sent",
    action("when: { request.a: { sent: yes } }"),
    /^audit\.yaml:6:\d+: rules\.0\.actions\.0\.when\.request\.a\.sent: must be a boolean/,
  ],
  [
    "an unknown key beside sent",
    action("when: { request.a: { send: true } }"),
    /^audit\.yaml:6:\d+: unknown key "send" in rules\.0\.actions\.0\.when\.request\.a, did you mean "sent"\?$/,
  ],
  [
    "an empty list of conditions",
    action("when: []"),
    /^audit\.yaml:6:\d+: rules\.0\.actions\.0\.when: must list at least one map/,
  ],
  [
    "no path in a list of conditions",
    action("when: [{ request.a: present }, { requst.b: present }]"),
    /^audit\.yaml:6:42: "requst\.b" is no path: it must start with request\. or response\.$/,
  ],
  [
    "a pattern in a list of conditions",
    action("when: [{ request.a: present }, { request.b: { matches: '[' } }]"),
    /^audit\.yaml:6:\d+: "\[" is no RE2 pattern: /,
  ],
  [
    "an unknown key in a list of conditions",
    action("when: [{ request.a: { match: x } }]"),
    /^audit\.yaml:6:\d+: unknown key "match" in rules\.0\.actions\.0\.when\.0\.request\.a, did you mean "matches"\?$/,
  ],
  [
    "a condition that is null",
    action("when: { request.a: }"),
    /^audit\.yaml:6:\d+: rules\.0\.actions\.0\.when\.request\.a: cannot be null$/,
  ],
  [
    "closed and nothing recorded",
    rule("level: none", "failure: closed"),
    /^audit\.yaml:5:5: failure: closed asks for a record of every call, but level: none \(audit\.yaml:4:12\) records nothing: remove one of the two$/,
  ],
  [
    "actions and nothing recorded",
    rule("level: none", "actions: [{ action: pause }]"),
    /^audit\.yaml:5:5: actions ask for records, but level: none/,
  ],
  [
    "an exemption with an empty reason",
    "version: 1\nexempt:\n  - method: a.B/C\n    reason: '  '\n",
    /^audit\.yaml:4:13: exempt\.0\.reason: must say why/,
  ],
  [
    "an unknown action of a role",
    "version: 1\nroles:\n  a: [pause]\n  b: [pause, tag_ad]\n",
    /^audit\.yaml:4:14: unknown action "tag_ad", did you mean "tag_add"\? Known: /,
  ],
  [
    "a role with a comma",
    "version: 1\nroles:\n  'a,b': [pause]\n",
    /^audit\.yaml:3:3: roles\.a,b: must be a role name without commas and blanks$/,
  ],
  [
    "actions of a role as a text",
    "version: 1\nroles:\n  a: pause\n",
    /^audit\.yaml:3:6: roles\.a: must be a list, it is "pause"$/,
  ],
  [
    "a snapshot as a map",
    rule("snapshot: { id: x }"),
    /^audit\.yaml:4:15: rules\.0\.snapshot: must be a string, it is a map$/,
  ],
  [
    "an unknown key in an authorization",
    rule("authorization: { ids: x }"),
    /^audit\.yaml:4:22: unknown key "ids" in rules\.0\.authorization, did you mean "id"\?$/,
  ],
  [
    "two sources in one",
    actor("{ mtls: { id: subject.CN }, header: { id: x, from: [::1] } }"),
    /^audit\.yaml:3:5: actor\.0: must be one of jwt, mtls and header$/,
  ],
  [
    "an empty source",
    actor("{}"),
    /^audit\.yaml:3:5: actor\.0: must be one of jwt, mtls and header$/,
  ],
  [
    "a header without from",
    actor("header: { id: x-user }"),
    /^audit\.yaml:3:13: actor\.0\.header\.from: is missing: list the callers whose header is believed, as in \[127\.0\.0\.0\/8\]$/,
  ],
  [
    "an address in an old form",
    actor("header: { id: x, from: ['127.1'] }"),
    /^audit\.yaml:3:\d+: "127\.1" is no address/,
  ],
  [
    "a trusted certificate without a field",
    actor("header: { id: x, from: [{ mtls: {} }] }"),
    /^audit\.yaml:3:\d+: actor\.0\.header\.from\.0\.mtls: must name a field, as in \{ subject\.CN: gateway \}$/,
  ],
  [
    "a trusted certificate with a wrong field",
    actor("header: { id: x, from: [{ mtls: { CN: a } }] }"),
    /^audit\.yaml:3:\d+: actor\.0\.header\.from\.0\.mtls\.CN: must be subject\.<attribute>, san\.uri, san\.dns or san\.email$/,
  ],
  [
    "a token source without an issuer",
    jwt("jwks: ./k.json, audience: a, algorithms: [EdDSA]"),
    /^audit\.yaml:3:10: actor\.0\.jwt\.issuer: is missing/,
  ],
  [
    "a token source without an audience",
    jwt("jwks: ./k.json, issuer: a, algorithms: [EdDSA]"),
    /^audit\.yaml:3:10: actor\.0\.jwt\.audience: /,
  ],
  [
    "a token source without algorithms",
    jwt("jwks: ./k.json, issuer: a, audience: a"),
    /^audit\.yaml:3:10: actor\.0\.jwt\.algorithms: is missing/,
  ],
  [
    "no algorithm",
    jwt("jwks: ./k.json, issuer: a, audience: a, algorithms: []"),
    /^audit\.yaml:3:\d+: actor\.0\.jwt\.algorithms: must list at least one algorithm, as in \[EdDSA\]/,
  ],
  [
    "the algorithm none",
    jwt("jwks: ./k.json, issuer: a, audience: a, algorithms: [none]"),
    /^audit\.yaml:3:\d+: actor\.0\.jwt\.algorithms\.0: "none" proves nothing with public keys: use one of RS256, /,
  ],
  [
    "a shared secret",
    jwt("jwks: ./k.json, issuer: a, audience: a, algorithms: [EdDSA, HS256]"),
    /^audit\.yaml:3:\d+: actor\.0\.jwt\.algorithms\.1: "HS256" proves nothing with public keys: use one of/,
  ],
  [
    "an unknown algorithm",
    jwt("jwks: ./k.json, issuer: a, audience: a, algorithms: [rs256]"),
    /"rs256" is not supported: use one of RS256, /,
  ],
  [
    "keys over http from elsewhere",
    jwt(JWT.replace("127.0.0.1:1", "keys.example.org")),
    /^audit\.yaml:3:\d+: jwks http:\/\/keys\.example\.org is not encrypted, .*: use https$/,
  ],
  [
    "keys over ftp",
    jwt(JWT.replace("http:", "ftp:")),
    /^audit\.yaml:3:\d+: jwks cannot be ftp:: use a file or an https URL$/,
  ],
  [
    "keys with a password",
    jwt(JWT.replace("http://", "https://ann:hunter2@")),
    /^audit\.yaml:3:\d+: jwks must not hold a user name or password: key sets are public$/,
  ],
  [
    "keys at no URL",
    jwt(JWT.replace("http://127.0.0.1:1/", "https://")),
    /^audit\.yaml:3:\d+: jwks is no URL: use a file or an https URL$/,
  ],
  [
    "a tolerance that is too long",
    jwt(`${JWT}, clock_tolerance: 86400`),
    /^audit\.yaml:3:\d+: actor\.0\.jwt\.clock_tolerance: .*600.*; it is 86400$/,
  ],
])("%s", (_name, text, message) => {
  const error = errorOf(() => open(text));
  expect(error.code).toBe("invalid_policy");
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain("\n");
  expect(error.message).not.toContain("hunter2");
});

describe("a file of keys", () => {
  const policyWith = (jwks: string): string => {
    const path = join(temporaryDirectory(), "audit.yaml");
    writeFileSync(path, jwt(JWT.replace("http://127.0.0.1:1/", jwks)), { mode: 0o600 });
    return path;
  };
  const compile = (path: string): unknown =>
    compileActor(
      loadPolicyFile(path, () => {}),
      undefined,
      () => {},
    );

  test.each<[name: string, text: string, code: string, message: RegExp]>([
    ["that is no JSON", "{", "invalid_policy", /: is no JWK set: it must be JSON/],
    ["that is no set", "[]", "invalid_policy", /: is no JWK set with a key in it/],
    ["without a key", '{"keys":[]}', "invalid_policy", /: is no JWK set with a key in it/],
    [
      "with a secret",
      '{"keys":[{"kty":"oct","k":"aHVudGVyMg"}]}',
      "invalid_policy",
      /: holds a private or secret key: publish the public keys only/,
    ],
    [
      "with a private key",
      '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"a","d":"aHVudGVyMg"}]}',
      "invalid_policy",
      /: holds a private or secret key/,
    ],
  ])("%s", (_name, text, code, message) => {
    const path = policyWith("./keys.json");
    writeFileSync(join(path, "../keys.json"), text, { mode: 0o600 });
    const error = errorOf(() => compile(path));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`${path}:3:`)).toBe(true);
    expect(error.message).not.toContain("aHVudGVyMg");
  });

  test("that is not there", () => {
    const error = errorOf(() => compile(policyWith("./keys.json")));
    expect(error.code).toBe("unreadable");
    expect(error.message).toMatch(/audit\.yaml:3:\d+: cannot read the keys: .*keys\.json/);
  });

  test.skipIf(process.platform === "win32")("that everybody may write", () => {
    const path = policyWith("./keys.json");
    const keys = join(path, "../keys.json");
    writeFileSync(keys, '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"a"}]}');
    chmodSync(keys, 0o666);
    const error = errorOf(() => compile(path));
    expect(error.code).toBe("untrusted_file");
    expect(error.message).toContain(`chmod o-w ${keys}`);
  });
});

describe("what is odd without being wrong is said", () => {
  const lines = (rules: readonly object[], exempt: readonly object[] = []): string[] => {
    const said: string[] = [];
    compilePolicy(policyOfObject({ version: 1, rules, exempt }), createCatalogue(), (line) =>
      said.push(line),
    );
    return said;
  };
  test.each<[name: string, rules: readonly object[], exempt: readonly object[], line: RegExp]>([
    [
      "a rule twice",
      [{ method: "a.B/C" }, { method: "a.B/C" }],
      [],
      /^policy\.rules\.1\.method: a\.B\/C never matches: rules\.0 \(a\.B\/C, policy\.rules\.0\.method\) comes first and covers it; put it after, or remove it$/,
    ],
    [
      "a rule after its service",
      [{ method: "a.B/*" }, { method: "a.B/C" }],
      [],
      /rules\.0 \(a\.B\/\*, /,
    ],
    [
      "a rule after a pattern",
      [{ method: { regex: "a\\..*" } }, { method: "a.B/C" }],
      [],
      /rules\.0 \(\{ regex: a\\\.\.\* \}, /,
    ],
    [
      "a pattern twice",
      [{ method: { regex: "a.*" } }, { method: { regex: "a.*" } }],
      [],
      /never matches/,
    ],
    [
      "a service after everything",
      [{ method: { regex: ".*" } }, { method: "a.B/*" }],
      [],
      /never matches/,
    ],
    [
      "an exempt rule",
      [{ method: "a.B/C" }],
      [{ method: "a.B/*", reason: "x" }],
      /^policy\.rules\.0\.method: a\.B\/C never matches: it is exempt \(policy\.exempt\.0\.method\)/,
    ],
  ])("%s", (_name, rules, exempt, line) => {
    const said = lines(rules, exempt);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(line);
  });
  test.each<[name: string, fields: object, line: RegExp | undefined]>([
    [
      "a slip in a target",
      { target: { id: "requst.model_id" } },
      /^policy\.rules\.0\.target\.id: "requst\.model_id" is recorded as it stands: it is no path; did you mean request\.model_id\?$/,
    ],
    [
      "a slip in a detail",
      { actions: [{ action: "pause", details: { a: "reponse.a" } }] },
      /^policy\.rules\.0\.actions\.0\.details\.a: .* did you mean response\.a\?$/,
    ],
    ["a path without a field", { reason: "request." }, /did you mean request\.<field>\?$/],
    ["a text with a dot", { reason: "v1.2", target: { type: "lab.model" } }, undefined],
  ])("%s", (_name, fields, line) => {
    const said = lines([{ method: "a.B/C", ...fields }]);
    expect(said).toHaveLength(line === undefined ? 0 : 1);
    if (line !== undefined) expect(said[0]).toMatch(line);
  });

  test("rules that can match are not", () => {
    expect(
      lines(
        [
          { method: "a.B/C" },
          { method: "a.B/*" },
          { method: { regex: "a.*" } },
          { method: "a.Bee/*" },
        ],
        [{ method: "a.B/D", reason: "x" }],
      ),
    ).toEqual([]);
  });
});

describe("whatever it is: a policy or an AuditError", () => {
  const check = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(AuditError);
      expect((error as AuditError).code).toBe("invalid_policy");
      expect((error as AuditError).message).not.toContain("\n");
      expect((error as AuditError).message.length).toBeLessThan(2000);
    }
  };

  test.each<[name: string, text: string]>([
    ["lists in lists", "[".repeat(200_000)],
    ["maps in maps", "{a: ".repeat(50_000)],
    ["blocks in blocks", Array.from({ length: 3000 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")],
    [
      "aliases of aliases",
      `a: &a [x]\n${Array.from({ length: 40 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? "a" : `b${at - 1}`}, *${at === 0 ? "a" : `b${at - 1}`}]`).join("\n")}`,
    ],
    ["too much of it", "#".repeat(2_000_000)],
    ["a long value", `version: ${"x".repeat(900_000)}`],
    ["a long action", rule(`actions: [{ action: ${"x".repeat(100_000)} }]`)],
    [
      "a pattern that backtracks",
      rule("actions: [{ action: pause, when: { request.a: { matches: '(a+)+b' } } }]"),
    ],
  ])("%s", (_name, text) => check(() => open(text)));

  const key = fc.constantFrom(
    "version",
    "rules",
    "method",
    "regex",
    "actions",
    "action",
    "when",
    "request.a",
    "matches",
    "actor",
    "jwt",
    "mtls",
    "header",
    "from",
    "id",
    "roles",
    "exempt",
    "reason",
    "level",
    "failure",
    "target",
    "__proto__",
    "constructor",
  );
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      1,
      "a.B/C",
      "a.B/*",
      "pause",
      "none",
      "closed",
      "present",
      "(",
      "subject.CN",
      "::1",
      null,
      undefined,
      Number.NaN,
      1n,
      Symbol("x"),
      () => 1,
      new Date(0),
      new Map([[1, 2]]),
    ),
    fc.anything(),
  );
  const policyLike: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      leaf,
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(key, tie("node"), { maxKeys: 4 }),
    ),
  })).node;

  test("any object", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          policyLike,
          fc.dictionary(key, policyLike).map((rest) => ({ ...rest, version: 1 })),
        ),
        (value) =>
          check(() => {
            const loaded = policyOfObject(value);
            compilePolicy(loaded, createCatalogue());
          }),
      ),
      { numRuns: 2000 },
    );
  });

  test("any YAML of the right words", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(8),
            key,
            fc.constantFrom(
              "",
              "1",
              "[",
              "a.B/C",
              "- x",
              "*a",
              "&a",
              "present",
              "{ regex: ( }",
              "!!map",
            ),
          ),
          { maxLength: 12 },
        ),
        (lines) =>
          check(() => {
            const loaded = parsePolicy(
              lines
                .map(
                  ([indent, name, value]) =>
                    `${" ".repeat(indent)}${indent % 2 === 1 ? "- " : ""}${name}: ${value}`,
                )
                .join("\n"),
              "audit.yaml",
            );
            compilePolicy(loaded, createCatalogue());
          }),
      ),
      { numRuns: 2000 },
    );
  });

  test("an object that fights back", () => {
    const cyclic: Record<string, unknown> = { version: 1 };
    cyclic["rules"] = [cyclic];
    for (const value of [
      cyclic,
      {
        get version(): never {
          throw new Error("no\nway");
        },
      },
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
    ]) {
      expect(errorOf(() => policyOfObject(value)).code).toBe("invalid_policy");
    }
  });
});
