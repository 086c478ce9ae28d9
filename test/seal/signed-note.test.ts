import { sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decodeNote } from "../../src/seal/note.ts";
import { signNote } from "../../src/seal/sign-note.ts";
import { isSignatureOf, type Signer } from "../../src/seal/signer.ts";
import { keyOfTest } from "../support/fixed-stream.ts";

const [FIRST, SECOND] = [keyOfTest(0), keyOfTest(1)];
const by = (key: typeof FIRST): ((text: Uint8Array) => Uint8Array) => {
  return (text) => sign(null, text, key.private);
};
const signer = (custody: Signer["custody"], answer: Signer["sign"]): Signer => ({
  key: FIRST.note,
  custody,
  sign: answer,
  rotations: [],
});
const TEXT = "é\n";

describe("the note of a text", () => {
  test.each<readonly [string, Signer]>([
    ["at once", signer("file", by(FIRST))],
    ["later", signer("file", async (text) => by(FIRST)(text))],
    ["of a function of the user's", signer("function", by(FIRST))],
    ["of a function that answers later", signer("function", async (text) => by(FIRST)(text))],
  ])("%s", async (_name, one) => {
    const note = signNote(one, TEXT);
    const isAtOnce = typeof note === "string";
    expect(isAtOnce).toBe(one.sign(new Uint8Array()) instanceof Uint8Array);
    const { text, signatures = [] } = decodeNote(await note) ?? {};
    const [{ name, keyId, signature } = { name: "", keyId: "", signature: new Uint8Array() }] =
      signatures;
    expect([text, signatures.length, name, keyId]).toEqual([TEXT, 1, "otel-audit", "ed230b08"]);
    expect(isSignatureOf(FIRST.note, TEXT, signature)).toBe(true);
  });

  test("what a key of ours signed is not asked again", () => {
    expect(typeof signNote(signer("memory", by(SECOND)), TEXT)).toBe("string");
  });
});

describe("none", () => {
  const WRONG = "the signing function does not sign with the key that it named";
  test("where a function signs with another key", () => {
    expect(() => signNote(signer("function", by(SECOND)), TEXT)).toThrow(WRONG);
  });
  test("where it does so later", async () => {
    const later = signer("function", async (text) => by(SECOND)(text));
    await expect(signNote(later, TEXT)).rejects.toThrow(WRONG);
  });
  test("where the signer throws", async () => {
    const failing = signer("file", async () => {
      throw new Error("locked");
    });
    await expect(signNote(failing, TEXT)).rejects.toThrow("locked");
  });
});
