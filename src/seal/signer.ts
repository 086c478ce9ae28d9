import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { AuditError, messageOf } from "../lib/errors.ts";
import { fromBase64Url, toBase64Url } from "../lib/base64.ts";
import type { KeyCustody, KeyRotation } from "./checkpoint.ts";
import { decodeKey, keyIdInput, keyIdOfBytes, type NoteKey } from "./note.ts";

/** A signature's bytes in any form: what Web Crypto gives is an `ArrayBuffer`. */
export type SignatureBytes = ArrayBufferLike | ArrayBufferView;

/** Who signs the checkpoints of a stream. */
export interface Signer {
  readonly key: NoteKey;
  readonly custody: KeyCustody;
  /** Ed25519 (RFC 8032) of a text in UTF-8: 64 bytes, at once or later. */
  readonly sign: (text: Uint8Array) => SignatureBytes | Promise<SignatureBytes>;
  /** Where the key came after others: each step on the way. */
  readonly rotations: readonly KeyRotation[];
}

/** Signs with a key in this process, at once. */
export interface KeySigner extends Signer {
  readonly sign: (text: Uint8Array) => Uint8Array;
}

/** Signs elsewhere: in a key management service or a hardware module. */
export interface SigningFunction {
  /** In one line, as `otel-audit keys show` writes it; a PEM file's text (SPKI); or the 32 bytes. */
  readonly publicKey: string | Uint8Array;
  /**
   * Ed25519 (RFC 8032) of the bytes: 64 bytes, in a buffer or a view of one, at once or later. A rejection,
   * and what is no signature of that key, is tried again with the next checkpoint.
   */
  readonly sign: (text: Uint8Array) => SignatureBytes | Promise<SignatureBytes>;
}

/** The name of our keys in notes. */
export const KEY_NAME = "otel-audit";
/** Bytes of an Ed25519 public key. */
const PUBLIC_KEY_BYTES = 32;

/** A key that nobody keeps. */
export function generateSigningKey(): KeyObject {
  return generateKeyPairSync("ed25519").privateKey;
}

/** PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it. */
export function encodeSigningKey(key: KeyObject): string {
  return String(key.export({ format: "pem", type: "pkcs8" }));
}

/**
 * The private key of a PEM text.
 *
 * @throws {AuditError} `invalid_option` where it is no Ed25519 key.
 */
export function decodeSigningKey(pem: string, name: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw notEd25519(name, messageOf(error), error);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw notEd25519(name, `it is of type ${key.asymmetricKeyType ?? "unknown"}`);
}

function notEd25519(name: string, why: string, cause?: unknown): AuditError {
  return new AuditError(
    "invalid_option",
    `${name} is no Ed25519 private key in PEM (${why}); make one with: otel-audit keys create, or openssl genpkey -algorithm ed25519`,
    { cause },
  );
}

/** Signs with a private key in this process. */
export function signerOf(
  key: KeyObject,
  custody: Exclude<KeyCustody, "function">,
  rotations: readonly KeyRotation[] = [],
): KeySigner {
  return {
    key: noteKeyOf(publicBytesOf(createPublicKey(key))),
    custody,
    sign: (text) => sign(null, text, key),
    rotations,
  };
}

/**
 * Signs with a function of the user's.
 *
 * @throws {AuditError} `invalid_option` where the public key is none.
 */
export function signerOfFunction({ publicKey, sign: signText }: SigningFunction): Signer {
  return { key: readPublicKey(publicKey), custody: "function", sign: signText, rotations: [] };
}

/** Whether a signature is of that key and text. */
export function isSignatureOf(key: NoteKey, text: string, signature: Uint8Array): boolean {
  return verify(null, Buffer.from(text), publicObjectOf(key), signature);
}

/** SPKI in PEM (RFC 8410), for other programs. */
export function encodePublicKey(key: NoteKey): string {
  return String(publicObjectOf(key).export({ format: "pem", type: "spki" }));
}

function publicObjectOf({ publicKey }: NoteKey): KeyObject {
  return createPublicKey({
    format: "jwk",
    key: { kty: "OKP", crv: "Ed25519", x: toBase64Url(publicKey) },
  });
}

/** The key of 32 bytes, by the name of all ours. */
export function noteKeyOf(publicKey: Uint8Array<ArrayBuffer>): NoteKey {
  return { name: KEY_NAME, keyId: keyIdOf(KEY_NAME, publicKey), publicKey };
}

function keyIdOf(name: string, publicKey: Uint8Array): string {
  return keyIdOfBytes(createHash("sha256").update(keyIdInput(name, publicKey)).digest());
}

/**
 * A public key in any of its forms.
 *
 * @throws {AuditError} `invalid_option` where it is none.
 */
export function readPublicKey(given: string | Uint8Array): NoteKey {
  if (typeof given !== "string") {
    if (given.length === PUBLIC_KEY_BYTES) return noteKeyOf(Uint8Array.from(given));
    throw notPublic(`${given.length} bytes`);
  }
  const known = decodeKey(given.trim());
  if (known !== undefined) {
    // Nobody who verifies would take what is signed under another id.
    if (keyIdOf(known.name, known.publicKey) === known.keyId) return known;
    throw notPublic(`${JSON.stringify(given.trim())}, whose id is not that of the key,`);
  }
  try {
    const key = createPublicKey(given);
    if (key.asymmetricKeyType === "ed25519") return noteKeyOf(publicBytesOf(key));
  } catch {
    // Said below.
  }
  throw notPublic(JSON.stringify(given.slice(0, 60)));
}

function notPublic(what: string): AuditError {
  return new AuditError(
    "invalid_option",
    `${what} is no Ed25519 public key: give the line that otel-audit keys show prints, a PEM text, or 32 bytes`,
  );
}

/** The 32 bytes of RFC 8032, from the JSON Web Key (RFC 8037). */
function publicBytesOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(key.export({ format: "jwk" }).x ?? "");
  if (bytes?.length === PUBLIC_KEY_BYTES) return bytes;
  throw notPublic("the key");
}
