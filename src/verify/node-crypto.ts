import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { toBase64, toBase64Url } from "../lib/base64.ts";
import { sha256 } from "../seal/index.ts";
import type { VerifyCrypto } from "./crypto.ts";

/** Keys are few, and making one takes longer than a signature. */
const MAX_REMEMBERED = 100;

/** Hashes and signatures of Node, at once. */
export function createNodeCrypto(): VerifyCrypto {
  const keys = new Map<string, KeyObject | undefined>();
  return {
    hashTexts: (texts) => texts.map(sha256),
    hashTextsToBase64Url: (texts) => texts.map((text) => hash("sha256", text, "base64url")),
    hashBytes: (inputs) => inputs.map(sha256),
    isSignature(publicKey, message, signature) {
      const name = toBase64(publicKey);
      if (keys.size >= MAX_REMEMBERED) keys.clear();
      if (!keys.has(name)) keys.set(name, keyOf(publicKey));
      const key = keys.get(name);
      return key !== undefined && verify(null, message, key, signature);
    },
  };
}

/** Undefined for bytes that are nobody's key. */
function keyOf(publicKey: Uint8Array): KeyObject | undefined {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: toBase64Url(publicKey) };
    return createPublicKey({ format: "jwk", key: jwk });
  } catch {
    return undefined;
  }
}
