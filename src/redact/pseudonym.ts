import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";

/** Makes pseudonyms: the same value in the same field has the same one, and nobody can go back. */
export interface Pseudonyms {
  /** First characters of the digest of the key: tells with which key a pseudonym was made. */
  readonly keyId: string;
  /**
   * `hmac:<key id>:<22 characters>`: HMAC-SHA-256 (RFC 2104) of field and value, its first 16 bytes
   * as base64url.
   *
   * @param field what keeps the same value in two places from being seen to be the same.
   */
  readonly of: (field: string, value: string) => string;
}

/** Fewer bytes could be guessed. */
export const MIN_KEY_BYTES = 32;
const KEY_ID_CHARACTERS = 8;
const PSEUDONYM_BYTES = 16;

/** Makes pseudonyms with a key of at least {@link MIN_KEY_BYTES} bytes. */
export function createPseudonyms(secret: Uint8Array): Pseudonyms {
  const key: KeyObject = createSecretKey(secret);
  const keyId = createHash("sha256")
    .update("otel-audit redaction key id\0")
    .update(secret)
    .digest("base64url")
    .slice(0, KEY_ID_CHARACTERS);
  const prefix = `hmac:${keyId}:`;
  return {
    keyId,
    of(field, value) {
      // Also of what looks like one already: else anybody could write down another's pseudonym.
      const digest = createHmac("sha256", key).update(`${field}\0${value}`).digest();
      return `${prefix}${digest.toString("base64url", 0, PSEUDONYM_BYTES)}`;
    },
  };
}
