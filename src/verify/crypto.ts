/** A value, or a promise of it. */
export type Awaitable<Value> = Value | Promise<Value>;

/**
 * Where verification gets its hashes and signatures from: `node:crypto`, or Web Crypto in a browser.
 * It asks for many at a time, because Web Crypto has only promises.
 */
export interface VerifyCrypto {
  /** SHA-256 of each text in UTF-8: 32 bytes each. */
  readonly hashTexts: (texts: readonly string[]) => Awaitable<readonly Uint8Array[]>;
  /** The same, each as base64url without padding: 43 characters. */
  readonly hashTextsToBase64Url: (texts: readonly string[]) => Awaitable<readonly string[]>;
  /** SHA-256 of each input: 32 bytes each. */
  readonly hashBytes: (inputs: readonly Uint8Array[]) => Awaitable<readonly Uint8Array[]>;
  /** Whether an Ed25519 signature (RFC 8032, 64 bytes) is of that key (32 bytes) and message. */
  readonly isSignature: (
    publicKey: Uint8Array<ArrayBuffer>,
    message: Uint8Array<ArrayBuffer>,
    signature: Uint8Array<ArrayBuffer>,
  ) => Awaitable<boolean>;
}
