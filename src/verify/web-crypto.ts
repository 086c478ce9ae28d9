import { toBase64Url } from "../lib/base64.ts";
import type { VerifyCrypto } from "./crypto.ts";

const encoder = new TextEncoder();

/** Hashes and signatures of Web Crypto (W3C): in browsers, and everywhere else that has it with Ed25519. */
export function createWebCrypto(
  subtle: typeof globalThis.crypto.subtle = globalThis.crypto.subtle,
): VerifyCrypto {
  const hashAll = (inputs: readonly Uint8Array[]): Promise<readonly Uint8Array[]> =>
    Promise.all(
      inputs.map(
        async (input) => new Uint8Array(await subtle.digest("SHA-256", Uint8Array.from(input))),
      ),
    );
  const hashTexts = (texts: readonly string[]): Promise<readonly Uint8Array[]> =>
    hashAll(texts.map((text) => encoder.encode(text)));
  return {
    hashTexts,
    hashTextsToBase64Url: async (texts) => (await hashTexts(texts)).map(toBase64Url),
    hashBytes: hashAll,
    async isSignature(publicKey, message, signature) {
      try {
        const key = await subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
        return await subtle.verify("Ed25519", key, signature, message);
      } catch (error) {
        // Bytes that are no point of the curve are nobody's key; a browser without Ed25519 is another matter.
        if (error instanceof DOMException && error.name === "NotSupportedError") throw error;
        return false;
      }
    },
  };
}
