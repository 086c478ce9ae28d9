import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { toBase64Url } from "../lib/base64.ts";
import { remembered } from "../lib/remembered.ts";
import { sha256 } from "../seal/index.ts";
import type { VerifyCrypto } from "./crypto.ts";

/** Keys are few, and making one takes longer than a signature. */
const MAX_REMEMBERED = 100;

/** Hashes and signatures of Node, at once. */
export function createNodeCrypto(): VerifyCrypto {
  const keyObjectOf = remembered(MAX_REMEMBERED, decodeKey);
  return {
    hashTexts: (texts) => texts.map(sha256),
    hashTextsToBase64Url: (texts) => texts.map((text) => hash("sha256", text, "base64url")),
    hashBytes: (inputs) => inputs.map(sha256),
    isSignature(publicKey, message, signature) {
      const key = keyObjectOf(toBase64Url(publicKey));
      return key !== null && verify(null, message, key, signature);
    },
  };
}

/**
 * Null for bytes that are nobody's key.
 *
 * @param x the bytes, in base64url.
 */
function decodeKey(x: string): KeyObject | null {
  try {
    return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
  } catch {
    return null;
  }
}
