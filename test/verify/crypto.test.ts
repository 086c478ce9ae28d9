/** Both kinds of hashes and signatures: what they say of the same bytes, and of bytes that are nobody's. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { createWebCrypto } from "../../src/verify/web-crypto.ts";
import { rfc8032 } from "../support/fixed-stream.ts";

const bytes = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex, "hex"));
const [known] = rfc8032;
if (known === undefined) throw new Error("there is no vector");
const [key, message, signature] = [known.publicKey, known.message, known.signature].map(bytes);
if (key === undefined || message === undefined || signature === undefined) throw new Error("no");
/** FIPS 180-2, appendix B. */
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe.each([
  ["node", createNodeCrypto],
  ["web", createWebCrypto],
])("%s", (_name, create) => {
  test("SHA-256 of texts in UTF-8, and of bytes", async () => {
    const crypto = create();
    const hex = (all: readonly Uint8Array[]): readonly string[] =>
      all.map((one) => Buffer.from(one).toString("hex"));
    const umlaut = createHash("sha256").update("ü").digest("hex");
    expect(hex(await crypto.hashTexts(["abc", "ü"]))).toEqual([ABC, umlaut]);
    expect(hex(await crypto.hashBytes([Buffer.from("abc"), Buffer.from("ü")]))).toEqual([
      ABC,
      umlaut,
    ]);
    const inBase64Url = Buffer.from(ABC, "hex").toString("base64url");
    expect(await crypto.hashTextsToBase64Url(["abc"])).toEqual([inBase64Url]);
    expect(await crypto.hashTexts([])).toEqual([]);
  });

  test("a key of another size is nobody's, and signs nothing", async () => {
    const crypto = create();
    for (const size of [0, 31, 33])
      expect(await crypto.isSignature(new Uint8Array(size), message, signature)).toBe(false);
    expect(await crypto.isSignature(key, message, signature.slice(1))).toBe(false);
  });

  test("more keys than are remembered", async () => {
    const crypto = create();
    expect(await crypto.isSignature(key, message, signature)).toBe(true);
    for (let at = 0; at < 150; at++)
      expect(
        await crypto.isSignature(
          key.map((byte) => byte ^ at),
          message,
          signature,
        ),
      ).toBe(at === 0);
    expect(await crypto.isSignature(key, message, signature)).toBe(true);
  });
});

test("a browser that has no Ed25519 says so: nothing is called wrong", async () => {
  const { subtle } = globalThis.crypto;
  const failing = (name: string): typeof subtle =>
    Object.create(subtle, {
      importKey: { value: () => Promise.reject(new DOMException("no", name)) },
    }) as typeof subtle;
  const asked = (name: string) =>
    createWebCrypto(failing(name)).isSignature(key, message, signature);
  await expect(asked("NotSupportedError")).rejects.toThrow("no");
  expect(await asked("DataError")).toBe(false);
});
