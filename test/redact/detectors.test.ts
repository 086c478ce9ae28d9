import { describe, expect, it } from "vitest";
import { createRedactor, DETECTORS, MASK } from "../../src/redact/index.ts";
import { DEFAULT_RULES } from "../../src/redact/rules.ts";

const { redactText } = createRedactor();
/** Dummies are put together here, so that secret scanners do not stop over this file. */
const letters = (count: number): string => "aB3dE5gH7jK9mN1pQ2rS".repeat(5).slice(0, count);
const hex = (count: number): string => "0123456789abcdef".repeat(8).slice(0, count);

describe("what is found", () => {
  it.each([
    ["aws_credential", `AKIA${"Q7".repeat(8)}`],
    ["google_credential", `AIza${letters(35)}`],
    ["azure_credential", `abc8Q~${letters(34)}`],
    ["github_token", `ghp_${letters(36)}`],
    ["github_token", `github_pat_${letters(82)}`],
    ["gitlab_token", `glpat-${letters(20)}`],
    ["slack_token", `xoxb-263594206564-${letters(24)}`],
    ["payment_key", `sk_live_${letters(24)}`],
    ["ai_api_key", `sk-ant-api03-${letters(80)}`],
    ["ai_api_key", `hf_${letters(34)}`],
    ["package_registry_token", `npm_${letters(36)}`],
    ["cloud_token", `hvs.${letters(30)}`],
    ["vendor_token", `SG.${letters(22)}.${letters(43)}`],
    ["telegram_token", `123456789:AA${letters(33)}`],
    ["mailchimp_key", `${hex(32)}-us12`],
    ["jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"],
    ["private_key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"],
    ["private_key", "-----BEGIN PRIVATE KEY-----\nMIIEow, and the end is missing"],
    ["email", "jörg.müller+tag@example.co.uk"],
    ["payment_card", "4111 1111 1111 1111"],
    ["payment_card", "378282246310005"],
    ["iban", "DE89 3704 0044 0532 0130 00"],
    ["iban", "gb82west12345698765432"],
    ["social_security_number", "078-05-1120"],
  ])("%s: %s", (rule, secret) => {
    expect(DEFAULT_RULES.scan(secret, "")).toMatchObject({
      text: MASK,
      rules: [rule],
      isDropped: false,
    });
    expect(redactText(`before ${secret} after`)).toMatch(
      secret.includes("missing") ? /^before \*{4}$/ : /^before \*{4} after$/,
    );
  });
});

describe("what stays readable around a secret", () => {
  it.each([
    ["https://ann:hunter2@db.example:5432/x?a=b", "https://****@db.example:5432/x?a=b"],
    ["redis://:hunter2@cache:6379", "redis://****@cache:6379"],
    ["got Bearer mF_9.B5f-4.1JqM here", "got Bearer **** here"],
    ["sent Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== to it", "sent Basic **** to it"],
    ["curl -s --user ann:hunter2 http://x", "curl -s --user **** http://x"],
    ["https://b.example/o?sig=abcdefghij0123456789%3D&x=1", "https://b.example/o?sig=****&x=1"],
    ["cards 4111111111111111, 5555555555554444.", "cards ****, ****."],
    ["IBAN DE89 3704 0044 0532 0130 00 is paid", "IBAN **** is paid"],
  ])("%s", (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
    expect(redactText(redacted)).toBe(redacted);
  });
});

describe("what is no secret", () => {
  it.each([
    "4111 1111 1111 1112",
    "DE89 3704 0044 0532 0130 01",
    "0.4111111111111111",
    "1544712660000000000",
    "2026-11-21T05:00:00.123456Z",
    "5df41881-3aed-3515-88a7-2f4a814cf09e",
    "efd5d3b190e893ed317f38da2420d63b7ae0d5ed",
    "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "icon@2x.png",
    "getty@tty1.service",
    "pkg:npm/foo@12.3.1",
    "git clone ssh://git@example.org/x.git",
    "http://example.org:8080/path?x=1",
    'WWW-Authenticate: Bearer realm="example", error="invalid_token"',
    "Basic authentication is off; bearer tokens are not stored",
    "TODAYINASIAASACKOFRICEFELLOVER",
    "task-sk-learn, scikit-learn 1.5",
    "…[cut: 10485760 bytes, sha256 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU]",
  ])("%s", (text) => {
    expect(DEFAULT_RULES.scan(text, "")).toMatchObject({ text, rules: [], isDropped: false });
  });
});

describe("patterns", () => {
  it.each(DETECTORS.map((detector) => [detector.name, detector] as const))(
    "%s is RE2: no look-around, no back-reference, no long repetition",
    (_, { re2, collectorRe2 = re2 }) => {
      for (const pattern of [re2, collectorRe2]) {
        expect(pattern).not.toMatch(/\(\?[=!<]|\\[1-9]|\\z/);
        for (const [, count = "0"] of pattern.matchAll(/[{,](\d+)\}/g)) {
          expect(Number(count)).toBeLessThanOrEqual(1000);
        }
      }
    },
  );
  it("have names that differ", () => {
    const names = DETECTORS.map((detector) => detector.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
