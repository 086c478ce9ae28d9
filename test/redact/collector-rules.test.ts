import { describe, expect, it } from "vitest";
import { KEPT_ATTRIBUTES } from "../../src/event/index.ts";
import { collectorRedactionRules, createRedactor } from "../../src/redact/index.ts";
import { ruleOfKey } from "../../src/redact/key-names.ts";
import { regExpOf } from "../../src/redact/scan.ts";

const rules = collectorRedactionRules();

/** What the Collector's redaction processor does with a text. */
function masked(text: string): string {
  return rules.blocked_values.reduce(
    (current, re2) => current.replaceAll(regExpOf(re2), "****"),
    text,
  );
}

describe("rules for the Collector", () => {
  it("keep what the process keeps, by exact names", () => {
    expect(rules.ignored_keys).toEqual(expect.arrayContaining([...KEPT_ATTRIBUTES]));
  });

  it.each(
    [...rules.blocked_key_patterns, ...rules.blocked_values].map((re2, at) => [at, re2] as const),
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
  ])("the name %s is judged as in the process", (name) => {
    const isBlocked = rules.blocked_key_patterns.some((re2) => regExpOf(re2).test(name));
    expect(isBlocked).toBe(ruleOfKey(name) !== undefined);
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
      "Authorization: Basic x",
      "t: u://a:b@c",
    ]) {
      expect(masked(redactText(text))).toBe(redactText(text));
    }
  });
});
