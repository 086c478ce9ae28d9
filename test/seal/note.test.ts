import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeKey,
  decodeNote,
  encodeKey,
  encodeNote,
  keyIdInput,
  keyIdOfBytes,
} from "../../src/seal/note.ts";
import { checkSignature } from "../../src/verify/check-checkpoint.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { keyOfTest, sha256, signFixed } from "../support/fixed-stream.ts";

interface Known {
  readonly source: string;
  readonly key?: string;
  readonly note: string;
  readonly text: string;
  readonly name: string;
  readonly keyId: string;
  readonly signature: string;
}
const { notes } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../vectors/seal/signed-notes.json"), "utf8"),
) as { readonly notes: readonly Known[] };
const crypto = createNodeCrypto();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("published notes", () => {
  test.each(notes.map((known) => [known.source, known] as const))("%s", async (_name, known) => {
    const signed = decodeNote(known.note);
    expect(signed?.text).toBe(known.text);
    expect(signed?.signatures.map((one) => ({ ...one, signature: hex(one.signature) }))).toEqual([
      { name: known.name, keyId: known.keyId, signature: known.signature },
    ]);
    if (signed === undefined) throw new Error("it is a note");
    expect(encodeNote(signed)).toBe(known.note);
    if (known.key === undefined) return;
    expect(await checkSignature(signed, { key: known.key }, crypto)).toMatchObject({
      name: known.name,
      keyId: known.keyId,
    });
    const other = { ...signed, text: signed.text.replace("e", "E") };
    expect(await checkSignature(other, { key: known.key }, crypto)).toBe("its signature is wrong");
  });
  test("two of them have a key", () =>
    expect(notes.filter(({ key }) => key !== undefined)).toHaveLength(2));
});

describe("keys in one line", () => {
  const line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  test("that of sumdb/note, and its id", () => {
    const key = decodeKey(line);
    if (key === undefined) throw new Error("it is a key");
    expect(encodeKey(key)).toBe(line);
    expect(key.publicKey).toHaveLength(32);
    expect(keyIdOfBytes(sha256(keyIdInput(key.name, key.publicKey)))).toBe("c74f20a3");
  });
  test("what is hashed for an id", () => {
    expect([...keyIdInput("é", Uint8Array.of(7, 8))]).toEqual([0xc3, 0xa9, 0x0a, 0x01, 7, 8]);
  });
  test("an id is four bytes", () => {
    expect(keyIdOfBytes(Uint8Array.of(0, 1, 0xab, 0xff, 0x99))).toBe("0001abff");
  });
  test.each([
    ["nothing", ""],
    ["no name", line.slice("PeterNeumann".length)],
    ["a space in the name", `Peter ${line}`],
    ["a plus in the name", `Peter+${line}`],
    ["a line end behind it", `${line}\n`],
    ["something before it", `\n${line}`],
    ["an id in capitals", line.replace("c74f20a3", "C74F20A3")],
    ["a short id", line.replace("c74f20a3", "c74f20a")],
    ["a long id", line.replace("c74f20a3", "c74f20a3a")],
    ["no base64", line.replace("ARpc", "ARp")],
    ["another type", `P+c74f20a3+${Buffer.alloc(33, 2).toString("base64")}`],
    ["a key of 31 bytes", `P+c74f20a3+${Buffer.alloc(32, 1).toString("base64")}`],
    ["a key of 33 bytes", `P+c74f20a3+${Buffer.alloc(34, 1).toString("base64")}`],
    ["two parts", "P+c74f20a3"],
  ])("refused: %s", (_name, text) => expect(decodeKey(text)).toBeUndefined());
});

describe("notes that are none", () => {
  const signature = `— a ${Buffer.alloc(68, 7).toString("base64")}\n`;
  const good = `text\n\n${signature}`;
  test("a good one, to compare", () => expect(decodeNote(good)?.signatures).toHaveLength(1));
  test.each([
    ["nothing", ""],
    ["no empty line", `text\n${signature}`],
    ["no text", signature],
    ["one character in the place of text and empty line", `x${signature}`],
    ["no signature", "text\n\n"],
    ["no line end", good.slice(0, -1)],
    ["an empty line at the end", `${good}\n`],
    ["something between signatures", `${good}x\n${signature}`],
    ["something before the dash", good.replace("—", "x—")],
    ["a hyphen for the dash", good.replace("—", "-")],
    ["no space behind the dash", good.replace("— ", "—")],
    ["two spaces", good.replace("— ", "—  ")],
    ["no name", good.replace(" a ", "  ")],
    ["a plus in the name", good.replace(" a ", " a+b ")],
    ["a space behind the signature", good.replace(/\n$/, " \n")],
    ["no base64", good.replace("Bwc", "B*c")],
    ["too short for an id", "text\n\n— a BwcHBw==\n"],
    ["a tab", good.replace("text", "te\txt")],
    ["a carriage return", good.replace("text\n", "text\r\n")],
    ["a null", good.replace("text", "te\0xt")],
    ["U+001F", good.replace("text", "te\u001fxt")],
    ["U+000B", good.replace("text", "te\u000bxt")],
    ["half a character", good.replace("text", "te\ud800xt")],
    ["17 signatures", `text\n\n${signature.repeat(17)}`],
    ["a million units and one", `${"x".repeat(1_000_001 - good.length)}${good}`],
  ])("refused: %s", (_name, text) => expect(decodeNote(text)).toBeUndefined());
  test.each([
    ["16 signatures", `text\n\n${signature.repeat(16)}`, 16],
    ["a million units", `${"x".repeat(1_000_000 - good.length)}${good}`, 1],
    ["empty lines in the text", `te\n\nxt\n\n${signature}`, 1],
    ["U+007F and U+2028", `te\u007f\u2028xt\n\n${signature}`, 1],
    ["one byte behind the id", "text\n\n— a BwcHBwc=\n", 1],
    ["an empty text", `\n\n${signature}`, 1],
  ])("taken: %s", (_name, text, count) => expect(decodeNote(text)?.signatures).toHaveLength(count));
  test("the last empty line is the border", () => {
    expect(decodeNote(`te\n\nxt\n\n${signature}`)?.text).toBe("te\n\nxt\n");
  });
});

const signatureOf = fc.record({
  name: fc.stringMatching(/^[a-z./-]{1,20}$/),
  keyId: fc.stringMatching(/^[0-9a-f]{8}$/),
  signature: fc.uint8Array({ minLength: 1, maxLength: 80 }).map((bytes) => Uint8Array.from(bytes)),
});
const textOf = fc
  .string({ unit: "grapheme", maxLength: 60 })
  .map((text) => `${text.replaceAll(/\p{Cc}/gu, "\n").toWellFormed()}\n`);

test("what was encoded is decoded", () => {
  fc.assert(
    fc.property(
      textOf,
      fc.array(signatureOf, { minLength: 1, maxLength: 16 }),
      (text, signatures) => {
        expect(decodeNote(encodeNote({ text, signatures }))).toEqual({ text, signatures });
      },
    ),
  );
});

test("any text is decoded or refused, never thrown at", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), textOf), (text) => {
      const note = decodeNote(text);
      if (note !== undefined) expect(encodeNote(note)).toBe(text);
    }),
  );
});

test("a note with one character changed never verifies", async () => {
  const key = keyOfTest(0);
  const note = signFixed("otel-audit/AbCdEfGhIjKlMnOp\n7\n", key);
  const whole = decodeNote(note);
  if (whole === undefined) throw new Error("it is a note");
  expect(await checkSignature(whole, { key: key.line }, crypto)).toEqual(key.note);
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: note.length - 1 }),
      fc.constantFrom("", "A", "b", "0", "+", "=", " ", "\n", "—", "\u0000", "é"),
      async (at, character) => {
        const changed = note.slice(0, at) + character + note.slice(at + 1);
        if (changed === note) return;
        const signed = decodeNote(changed);
        if (signed === undefined) return;
        expect(typeof (await checkSignature(signed, { key: key.line }, crypto))).toBe("string");
      },
    ),
    { numRuns: 1000 },
  );
});

describe("which signature counts", () => {
  const [first, second] = [keyOfTest(0), keyOfTest(1)];
  const text = "text\n";
  const lineOf = (note: string): string => note.slice(note.lastIndexOf("\n\n") + 2);
  test("another key's line beside it is passed over", async () => {
    const both = signFixed(text, second) + lineOf(signFixed(text, first));
    const signed = decodeNote(both);
    if (signed === undefined) throw new Error("it is a note");
    expect(await checkSignature(signed, { key: first.line }, crypto)).toEqual(first.note);
    expect(await checkSignature(signed, { key: second.line }, crypto)).toEqual(second.note);
  });
  test.each([
    ["none of the key", second.line, "it is not signed with the key that it names"],
    ["no key", "nobody", 'its key "nobody" is none'],
    [
      "an id that is not the key's",
      first.line.replace("ed230b08", "ed230b09"),
      "the id of its key is not that of the key",
    ],
  ])("%s", async (_name, key, why) => {
    const signed = decodeNote(signFixed(text, first));
    if (signed === undefined) throw new Error("it is a note");
    expect(await checkSignature(signed, { key }, crypto)).toBe(why);
  });
});
