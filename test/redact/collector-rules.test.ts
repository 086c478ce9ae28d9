import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KEPT_ATTRIBUTES } from "../../src/event/index.ts";
import {
  collectorRedaction,
  type CollectorRules,
  createRedactor,
  DETECTORS,
  type RedactionPolicy,
} from "../../src/redact/index.ts";
import { ruleOfKey } from "../../src/redact/key-names.ts";
import {
  HARMLESS_TOKENS,
  KEY_OWNERS,
  PASS_OWNERS,
  PASSWORD_SETTINGS,
  SECRET_REFERENCES,
  SWITCH_WORDS,
} from "../../src/redact/key-words.ts";
import { regExpOf } from "../../src/redact/scan.ts";

const redaction = collectorRedaction();
const instances: readonly CollectorRules[] = [
  redaction.names,
  redaction.shapes,
  redaction.assigned,
];

/** What one instance of the Collector's redaction processor does with a text. */
function maskedBy(rules: CollectorRules, text: string): string {
  if (rules.allowed_values.some((re2) => regExpOf(re2).test(text))) return text;
  return rules.blocked_values.reduce(
    (current, re2) => current.replaceAll(regExpOf(re2), "****"),
    text,
  );
}

/** What all of them do, one after the other. */
function masked(text: string, by: readonly CollectorRules[] = instances): string {
  return by.reduce((current, rules) => maskedBy(rules, current), text);
}

/** Whether the value under a name is masked whatever it is. */
function isBlocked(name: string, { names } = redaction): boolean {
  const matches = (re2: string): boolean => regExpOf(re2).test(name);
  if (names.ignored_keys.includes(name) || names.ignored_key_patterns.some(matches)) return false;
  return names.blocked_key_patterns.some(matches);
}

describe("rules for the Collector", () => {
  it("keep what the process keeps, by exact names, in every instance", () => {
    for (const { ignored_keys } of instances)
      expect(ignored_keys).toEqual(expect.arrayContaining([...KEPT_ATTRIBUTES]));
  });

  it.each(
    instances
      .flatMap((rules) => [
        ...rules.allowed_values,
        ...rules.blocked_key_patterns,
        ...rules.blocked_values,
      ])
      .map((re2, at) => [at, re2] as const),
  )("pattern %i is RE2", (_, re2) => {
    expect(re2).not.toMatch(/\(\?[=!<]|\\[1-9]|\\z/);
    expect(re2.slice(4)).not.toContain("(?i)");
    expect(() => regExpOf(re2)).not.toThrow();
  });

  it.each([
    "password",
    "accessToken",
    "max_tokens",
    "bos_token",
    "Set-Cookie",
    "secretKeyRef",
    "api_key",
    "tokenizer",
    "has_secret",
    "nextPageToken",
    "next_token",
    "hasPassword",
    "password_policy",
    "public_key",
    "session_id",
    "learning_rate",
    "author",
    "forward_pass",
    "secretary",
  ])("the name %s is judged as in the process", (name) => {
    expect(isBlocked(name)).toBe(ruleOfKey(name) !== undefined);
  });

  describe("every name that the process masks", () => {
    const core = (
      "password passwd passphrase pwd passw pw salt passwordsalt psk bind_pw snmp_community security_answer contraseña " +
      "passwort kennwort mot_de_passe senha wachtwoord clave_secreta secret secrets credentials creds mycred token " +
      "access_tokens jwt bearer csrf client_assertion code_verifier device_code oauth_signature samlresponse key keys " +
      "keys_base64 shared_access_signature authorization auth basicauth authcode auth_string cookie cookies cookie2 " +
      "phpsessid connect.sid sessionid session_key aspxauth aspnetcore.session wordpress_sec_ab user_session _session " +
      "connstr connection_string dsn docker_config .dockerconfigjson sas_url otp totp otp_code mfa_code 2fa_pin pass " +
      "pin_code card_pin unlock_code one_time_pin recovery_codes ssn cvv cvc2 social_security_number card_number " +
      "credit_card security_code mnemonic seed_phrase recovery_phrase"
    ).split(" ");
    const words = (text: string): readonly string[] => text.replaceAll("?", "").split("|");
    const owner = [...words(KEY_OWNERS), ...words(PASS_OWNERS)];
    const before = [...SWITCH_WORDS, ...HARMLESS_TOKENS, ...SECRET_REFERENCES, "x", "my", "user."];
    const after = [
      ...PASSWORD_SETTINGS,
      ..."value hash 2 secret key id name base s old".split(" "),
    ];
    const gap = fc.constantFrom("", "_", "-", ".", "__");
    const either = (list: readonly string[]): fc.Arbitrary<string> =>
      fc.oneof({ weight: 2, arbitrary: fc.constant("") }, fc.constantFrom(...list));
    const name = fc
      .tuple(either(before), gap, either(owner), gap, fc.constantFrom(...core), gap, either(after))
      .map((parts) => parts.join(""));
    const seed = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);

    it(`is masked in the Collector, seed ${seed}`, () => {
      let count = 0;
      fc.assert(
        fc.property(name, fc.boolean(), (lower, isUpper) => {
          const each = isUpper ? lower.toUpperCase() : lower;
          if (ruleOfKey(each) === undefined) return;
          count += 1;
          expect([each, isBlocked(each)]).toEqual([each, true]);
        }),
        { numRuns: 20_000, seed },
      );
      expect(count).toBeGreaterThan(2000);
    });
  });

  it.each([
    ["shapes", redaction.shapes, DETECTORS.map(({ re2, collectorRe2 = re2 }) => collectorRe2)],
    ["assigned", redaction.assigned, redaction.assigned.blocked_values],
  ])("no value that %s lets pass holds what it looks for", (_, { allowed_values }, patterns) => {
    const seed = Date.now() % 2 ** 31;
    const value = fc.oneof(...allowed_values.map((re2) => fc.stringMatching(regExpOf(re2))));
    const compiled = patterns.map((re2) => [re2, regExpOf(re2)] as const);
    fc.assert(
      fc.property(value, (text) => {
        for (const [re2, pattern] of compiled) {
          pattern.lastIndex = 0;
          expect(pattern.test(text), `${JSON.stringify(text)} by ${re2}`).toBe(false);
        }
      }),
      { numRuns: 5000, seed },
    );
  });

  it.each([
    "x password=hunter2 y",
    '{"token":"hunter2"}',
    '{"a":"{\\"api_key\\":\\"hunter2\\"}"}',
    "client_secret: hunter2",
    "https://ann:hunter2@h/x",
    "Authorization: Custom hunter2",
    "Cookie: a=hunter2; b=c",
    "x=1&otp=hunter2&y",
  ])("%s loses its secret", (text) => {
    expect(masked(text)).not.toContain("hunter2");
  });

  it.each([
    "password=****",
    '{"token":"****","n":1}',
    "https://****@h/x",
    "Cookie: ****",
    "Bearer ****",
    "<a>token=****</a>",
    "…[cut: 10485760 bytes, sha256 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU]",
    "2026-11-21T05:00:00.123456Z",
    "1544712660000000000",
    "AbCdEfGhIjKlMnOp.12",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "efd5d3b190e893ed317f38da2420d63b7ae0d5ed",
    "5df41881-3aed-3515-88a7-2f4a814cf09e",
  ])("%s stays", (text) => {
    expect(masked(text)).toBe(text);
  });

  it("what the process masked, the Collector leaves as it is", () => {
    const { redactText } = createRedactor();
    for (const text of [
      "password=x y",
      'a "secret": "b", c',
      "--token abc --n 1",
      "<token>abc</token>",
      'x.setToken("abcdef")',
      'setProperty("token", "abcdef")',
      "ENV API_TOKEN x7Kq2Vb9Rt4Zp8Lw",
      'token: string = "abc"',
      "token%3Dabc%26n%3D1",
      "Authorization: Basic x",
      "t: u://a:b@c",
    ]) {
      expect(masked(redactText(text))).toBe(redactText(text));
    }
  });
});

describe("a policy for the Collector", () => {
  const withPolicy = (rules: Omit<RedactionPolicy, "version">) =>
    collectorRedaction({ version: 1, ...rules });
  const textBy = (rules: Omit<RedactionPolicy, "version">, text: string): string => {
    const { names, shapes, assigned } = withPolicy(rules);
    return masked(text, [names, shapes, assigned]);
  };

  it("masks the names it hides, by glob and by pattern, in any case", () => {
    const policy = withPolicy({
      keys: [{ names: ["customer_name", "*_address"] }, { regex: "x_internal_[0-9]+" }],
    });
    for (const name of ["customer_name", "Customer_Name", "home_address", "x_internal_42"])
      expect([name, isBlocked(name, policy)]).toEqual([name, true]);
    for (const name of ["customer_names", "address", "x_internal_", "y_x_internal_1"])
      expect([name, isBlocked(name, policy)]).toEqual([name, false]);
  });

  it("masks the names it hides also where they were nested in an attribute, or stand in a text", () => {
    const rules = { keys: [{ names: ["customer_name", "*_address"] }, { regex: "x_int_[0-9]+" }] };
    const policy = withPolicy(rules);
    for (const name of [
      "ctx.customer_name",
      "ctx.0.home_address",
      "ctx.x_int_12",
      "customer_name.3",
    ])
      expect([name, isBlocked(name, policy)]).toEqual([name, true]);
    for (const text of [
      "customer_name=Ann",
      'x {"customer_name":"Ann"}',
      "home_address: Ann",
      'a "CUSTOMER_NAME" = "Ann", b',
    ])
      expect([text, textBy(rules, text).includes("Ann")]).toEqual([text, false]);
    expect(textBy(rules, "my_customer_name_list=Ann")).toContain("Ann");
    expect(policy.differences).toContain("x_int_[0-9]+: not looked for inside of text");
  });

  it("takes a name between anchors for what it is in the process: a whole name, wherever it stands", () => {
    const policy = withPolicy({ keys: [{ regex: "^zebra$" }, { regex: "(^emu$|^gnu)" }] });
    for (const name of ["zebra", "m.zebra", "l.1.Zebra", "zebra.a.b", "m.emu.0", "gnu", "m.gnu"])
      expect([name, isBlocked(name, policy)]).toEqual([name, true]);
    for (const name of ["zebras", "m.zebras", "azebra", "m.gnus.a"])
      expect([name, isBlocked(name, policy)]).toEqual([name, false]);
    expect(policy.differences).toContainEqual(expect.stringMatching(/every part of a path/));
    expect(collectorRedaction().differences.join("\n")).not.toMatch(/every part of a path/);
  });

  it("takes a text between anchors for a text of a list too, and says so", () => {
    const rules = { values: [{ name: "customer", regex: "^C-[0-9]{6}$" }] };
    expect(textBy(rules, "C-111111")).toBe("****");
    expect(textBy(rules, '["C-111111","C-222222"]')).toBe("[****,****]");
    expect(textBy(rules, "see C-111111")).toBe("see C-111111");
    const { differences } = withPolicy(rules);
    expect(differences).toContainEqual(
      expect.stringMatching(/^value:customer: its \^ and \$ hold/),
    );
    expect(differences).toContainEqual(expect.stringMatching(/a list in an attribute as its JSON/));
  });

  it("spares what no rule on names reaches where only a part of its name is named", () => {
    const policy = withPolicy({ keys: [{ names: ["authorization"] }] });
    expect(isBlocked("audit.authorization.by", policy)).toBe(false);
    expect(isBlocked("authorization.by", policy)).toBe(true);
  });

  it("reaches what the built-in rules leave alone, where it is named", () => {
    const policy = withPolicy({ keys: [{ names: ["audit.authorization.by"] }] });
    expect(isBlocked("audit.authorization.by", policy)).toBe(true);
    expect(isBlocked("audit.authorization.by")).toBe(false);
    expect(policy.names.ignored_keys).toContain("audit.authorization.id");
  });

  it("lets names pass that it keeps, but not those that an earlier rule may hide", () => {
    const policy = withPolicy({
      keys: [
        { names: ["password_hint"], action: "keep" },
        { names: ["*_secret_note"] },
        { names: ["token"], action: "keep" },
        { names: ["a_secret_note"], action: "keep" },
        { regex: ".*password", action: "keep" },
      ],
    });
    expect(isBlocked("password_hint", policy)).toBe(false);
    expect(isBlocked("token", policy)).toBe(false);
    expect(isBlocked("a_secret_note", policy)).toBe(true);
    expect(isBlocked("db_password", policy)).toBe(true);
    expect(policy.differences.join("\n")).toMatch(
      /a_secret_note: kept in the process[^]*\.\*password: kept/,
    );
  });

  it("masks its own patterns, also in values that hold nothing else", () => {
    const rules = { values: [{ name: "word", regex: "confidential" }] };
    expect(textBy(rules, "it is confidential")).toBe("it is ****");
    expect(textBy({}, "it is confidential")).toBe("it is confidential");
  });

  it("keeps a value that a pattern of it covers whole, but not what its name gives away", () => {
    const rules = {
      values: [{ name: "robots", regex: "[a-z]+@bots\\.example", action: "keep" as const }],
    };
    expect(textBy(rules, "r2@bots.example.org")).toBe("****");
    expect(textBy(rules, "crawler@bots.example")).toBe("crawler@bots.example");
    expect(textBy(rules, "mail crawler@bots.example")).toBe("mail ****");
    expect(textBy(rules, "password=crawler@bots.example")).not.toContain("crawler");
  });

  it("switches built-in rules on and off by their names", () => {
    expect(textBy({ detectors: { email: "keep" } }, "ann@example.org")).toBe("ann@example.org");
    expect(textBy({ detectors: { ip_address: "mask" } }, "from 192.0.2.7")).not.toContain("192");
    const off = withPolicy({ detectors: { "key:token": "keep" } });
    expect(isBlocked("access_token", off)).toBe(false);
    expect(isBlocked("password", off)).toBe(true);
  });

  it("applies what hides in one action to all, and what keeps in one action to none", () => {
    const policy = withPolicy({
      detectors: { email: "keep" },
      actions: {
        note_write: {
          keys: [{ names: ["note"] }, { names: ["password"], action: "keep" }],
          detectors: { email: "mask", iban: "keep" },
        },
      },
    });
    expect(isBlocked("note", policy)).toBe(true);
    expect(isBlocked("password", policy)).toBe(true);
    expect(policy.differences).toContain(
      "actions.note_write: what it hides is masked in the records of all actions",
    );
    expect(policy.differences).toContain(
      "actions.note_write: what it keeps is left to the rules for all actions",
    );
    expect(masked("ann@example.org", [policy.shapes])).toBe("****");
    expect(masked("DE89370400440532013000", [policy.shapes])).toBe("****");
  });

  it.each([
    [
      { keys: [{ names: ["who"], action: "hash" as const }] },
      /^who: masked; the Collector has no key/,
    ],
    [{ keys: [{ names: ["who"], action: "drop" as const }] }, /^who: masked, not dropped/],
    [{ values: [{ name: "n", regex: "N-[0-9]", action: "hash" as const }] }, /^value:n: masked; /],
    [{ detectors: { email: "hash" as const } }, /^email: masked; the Collector has no key/],
    [{ identity: "pseudonym" as const }, /^identity: .* the pseudonyms of the process stay$/],
    [{ identity: "drop" as const }, /^identity: .*, not dropped$/],
  ])("says what becomes of %j", (rules, text) => {
    expect(withPolicy(rules).differences).toContainEqual(expect.stringMatching(text));
    expect(collectorRedaction().differences).not.toContainEqual(expect.stringMatching(text));
  });
});
