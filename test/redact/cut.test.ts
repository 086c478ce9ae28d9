/** What a size limit leaves of a text has been looked at, and holds no part of a secret. */
import { describe, expect, it } from "vitest";
import { normaliseMap } from "../../src/event/index.ts";
import { cutLongText } from "../../src/event/long-text.ts";
import { createRedactor, limitRecord, redact } from "../../src/redact/index.ts";
import { growthOf } from "../support/growth.ts";

const { redactText } = createRedactor();
const LETTERS = "aB3dE5gH7jK9mN1pQ2rS".repeat(5);

/** A secret in its text: what may be left is what stands before it. */
const SECRETS: readonly (readonly [string, string, string, string])[] = [
  ["a token", "see ", `ghp_${LETTERS.slice(0, 36)}`, ""],
  ["a JSON web token", "see ", `eyJhbGciOiJIUzI1NiJ9.${LETTERS}.${LETTERS.slice(0, 43)}`, ""],
  ["a card in groups", "paid with ", "4111 1111 1111 1111", ""],
  ["a card with dashes", "paid with ", "5555-5555-5555-4444", ""],
  ["a bank account in groups", "from ", "DE89 3704 0044 0532 0130 00", ""],
  ["a social security number", "of ", "078 05 1120", ""],
  ["an e-mail address", "mail ", "jane.maria.doe@subsidiary.example.org", ""],
  ["a quoted password with blanks", 'password="', "correct horse battery staple", ""],
  ["a header", "Authorization: Digest ", 'username="ann", response="8ca523f5e950aa"', ""],
  ["a private key", "-----BEGIN PRIVATE KEY-----\n", `${LETTERS.slice(0, 64)}\n${LETTERS}`, ""],
  ["credentials in a URL", "at postgres://", "ann:hunter2hunter2", "@db.example.org/x"],
];

/** Pieces of a secret that say something of it. */
function piecesOf(secret: string): readonly string[] {
  const size = Math.max(8, Math.ceil(secret.length / 3));
  return Array.from({ length: Math.max(1, secret.length - size + 1) }, (_, at) =>
    secret.slice(at, at + size),
  );
}

describe("a cut anywhere in", () => {
  it.each(SECRETS)("%s", (_, before, secret, after) => {
    const pieces = piecesOf(secret);
    const leaked: string[] = [];
    // Every distance between the secret and the limit, from not reaching it to all behind it.
    for (let shift = 0; shift <= secret.length + before.length + 80; shift++) {
      const text = `${"x ".repeat(300).slice(0, 560 - shift)} ${before}${secret}${after} end ${"y ".repeat(600)}`;
      const kept = redactText(cutLongText(text, 600));
      if (pieces.some((piece) => kept.includes(piece))) leaked.push(kept.slice(-80));
    }
    expect(leaked).toEqual([]);
  });
});

it("the limit of a record cuts what is masked already", () => {
  const leaked: number[] = [];
  const secret = `ghp_${LETTERS.slice(0, 36)}`;
  for (let before = 3900; before < 4120; before++) {
    const body = normaliseMap({ note: `${"x".repeat(before)} ${secret} ${"y ".repeat(3000)}` });
    const redacted = createRedactor().redact({ attributes: {}, body });
    const text = JSON.stringify(limitRecord(redacted).body);
    if (text.includes(secret.slice(4, 12))) leaked.push(before);
  }
  expect(leaked).toEqual([]);
});

it("what is behind the limit is not looked at, and not kept", () => {
  const secret = `ghp_${LETTERS.slice(0, 36)}`;
  const text = JSON.stringify(redact(`start ${"x ".repeat(5_000_000)}${secret}`));
  expect(text.length).toBeLessThan(70_000);
  expect(text).toMatch(/^"\[cut: the first \d+ of 10000046 characters\]start x x/);
  expect(text).not.toContain("ghp_");
});

describe("cost", () => {
  it.each([
    ["names and values", "password=x "],
    ["quotes", '"'],
    ["quoted words", '"a" == '],
    ["names in lines", 'token "a\n'],
    ["calls", '.token("'],
    ["flags", " -a --b"],
    ["brackets", "a[0]="],
    ["escapes", "\\\\\\"],
    ["data of secrets", "kind: Secret\ndata:\n a: b\n"],
    ["fields of secrets", '{"kind":"Secret","data":{'],
    ["commands", "curl -u a mysql -p "],
    ["elements", '<add key="a" b="c" '],
    ["runs", "aB3dE5gH7jK9mN1p="],
    ["groups of digits", "4111 "],
    ["e-mail addresses", '"a b"@a.'],
    ["percent signs", "%3D%22"],
    ["begin of keys", "-----BEGIN "],
  ])("of %s grows as the text does", (_, part) => {
    const textOf = (length: number): string => part.repeat(Math.ceil(length / part.length));
    const [small, large] = [textOf(20_000), textOf(400_000)];
    const ratio = growthOf(
      () => redactText(small),
      () => redactText(large),
    );
    // 20 times the text; 400 times the work would be quadratic.
    expect(ratio).toBeLessThan(150);
  });
});
