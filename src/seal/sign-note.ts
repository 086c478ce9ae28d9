import { encodeNote } from "./note.ts";
import { isSignatureOf, type Signer } from "./signer.ts";

/** A signer that does not answer is not waited for longer. */
const SIGNING_LIMIT_MILLIS = 10_000;

/**
 * The signed note of a text: at once where the signer signs at once.
 *
 * @throws what the signer throws, also as a rejection; an error where its signature is not of its key,
 * or it does not answer within 10 s.
 */
export function signNote(signer: Signer, text: string): string | Promise<string> {
  const signature = signer.sign(new TextEncoder().encode(text));
  return signature instanceof Uint8Array
    ? noteOf(signer, text, signature)
    : signLater(signer, text, signature);
}

async function signLater(
  signer: Signer,
  text: string,
  signature: Promise<Uint8Array>,
): Promise<string> {
  return noteOf(signer, text, await withinLimit(signature));
}

function noteOf(signer: Signer, text: string, signature: Uint8Array): string {
  // What nobody could verify would be worse than none: a function of the user's may be wrong.
  if (signer.custody === "function" && !isSignatureOf(signer.key, text, signature))
    throw new Error("the signing function does not sign with the key that it named");
  const { name, keyId } = signer.key;
  return encodeNote({
    text,
    signatures: [{ name, keyId, signature: Uint8Array.from(signature) }],
  });
}

async function withinLimit(signature: Promise<Uint8Array>): Promise<Uint8Array> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`the signer did not answer within ${SIGNING_LIMIT_MILLIS} ms`)),
    SIGNING_LIMIT_MILLIS,
  ).unref();
  try {
    return await Promise.race([signature, promise]);
  } finally {
    clearTimeout(timer);
  }
}
