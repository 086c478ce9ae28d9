/** Keys in their forms, and what signs with them. */
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { AuditError } from "../../src/lib/errors.ts";
import { encodeKey } from "../../src/seal/note.ts";
import {
  decodeSigningKey,
  encodePublicKey,
  encodeSigningKey,
  generateSigningKey,
  isSignatureOf,
  noteKeyOf,
  readPublicKey,
  signerOf,
  signerOfFunction,
} from "../../src/seal/signer.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const hex = (content: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(content, "hex"));

/** RFC 8032, section 7.1, tests 1 to 3. */
const RFC_8032 = [
  {
    secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
] as const;

/** PKCS #8 of an Ed25519 seed (RFC 8410, section 7). */
function pemOfSeed(seed: string): string {
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, "hex");
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
}

test.each(RFC_8032)("RFC 8032: $publicKey", ({ secret, publicKey, message, signature }) => {
  const key = decodeSigningKey(pemOfSeed(secret), "the key");
  const signer = signerOf(key, "file");
  expect(Buffer.from(signer.key.publicKey).toString("hex")).toBe(publicKey);
  expect(Buffer.from(signer.sign(hex(message))).toString("hex")).toBe(signature);
  expect(encodeSigningKey(key)).toBe(pemOfSeed(secret));
  expect(signer.custody).toBe("file");
});

test("a signature is of one key and one text", () => {
  const signer = signerOf(generateSigningKey(), "memory");
  const signature = signer.sign(text("text"));
  expect(signature).toHaveLength(64);
  expect(isSignatureOf(signer.key, "text", signature)).toBe(true);
  expect(isSignatureOf(signer.key, "text ", signature)).toBe(false);
  expect(isSignatureOf(signerOf(generateSigningKey(), "memory").key, "text", signature)).toBe(
    false,
  );
  const changed = Uint8Array.from(signature, (byte, at) => (at === 63 ? byte ^ 1 : byte));
  expect(isSignatureOf(signer.key, "text", changed)).toBe(false);
});

test("two keys are two keys", () => {
  expect(encodeSigningKey(generateSigningKey())).not.toBe(encodeSigningKey(generateSigningKey()));
});

describe("a public key", () => {
  const { publicKey } = RFC_8032[0];
  const own = noteKeyOf(hex(publicKey));

  test("has the id that signed notes give it: SHA-256 of name, line end, type and key", () => {
    // printf 'otel-audit\n\001…' | sha256sum
    expect(encodeKey(own)).toBe("otel-audit+ed230b08+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
  });

  test.each<[form: string, given: string | Uint8Array]>([
    ["one line", encodeKey(own)],
    ["one line with its end", `${encodeKey(own)}\n`],
    ["PEM", encodePublicKey(own)],
    ["32 bytes", hex(publicKey)],
    ["32 bytes of a Buffer", Buffer.from(publicKey, "hex")],
  ])("is taken as %s", (_form, given) => {
    expect(encodeKey(readPublicKey(given))).toBe(encodeKey(own));
    const signer = signerOfFunction({ publicKey: given, sign: () => new Uint8Array(64) });
    expect(signer).toMatchObject({ custody: "function", key: own });
    expect(signer.rotations).toEqual([]);
  });

  test("is written so that others can use it", () => {
    const signer = signerOf(generateSigningKey(), "memory");
    const key = createPublicKey(encodePublicKey(signer.key));
    expect(key.asymmetricKeyType).toBe("ed25519");
    expect(verify(null, text("text"), key, signer.sign(text("text")))).toBe(true);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
  test.each<[what: string, given: string | Uint8Array, why: string]>([
    ["31 bytes", new Uint8Array(31), "31 bytes is no Ed25519 public key"],
    ["33 bytes", new Uint8Array(33), "33 bytes is no Ed25519 public key"],
    ["a text", "hello", '"hello" is no Ed25519 public key'],
    ["an RSA key", String(rsa.export({ format: "pem", type: "spki" })), "is no Ed25519 public key"],
    ["a line with a byte less", encodeKey(own).slice(0, -4), "is no Ed25519 public key"],
    [
      "a line whose id is not that of the key",
      encodeKey(own).replace(/\+[0-9a-f]{8}\+/, "+00000000+"),
      "whose id is not that of the key, is no Ed25519 public key",
    ],
    [
      "a line under another name",
      encodeKey(own).replace("otel-audit", "somebody"),
      "whose id is not that of the key, is no Ed25519 public key",
    ],
  ])("is not %s", (_what, given, why) => {
    const read = (): unknown => readPublicKey(given);
    expect(read).toThrow(AuditError);
    expect(read).toThrow(why);
    expect(read).toThrow("otel-audit keys show prints");
  });
});
