import { isAnyArrayBuffer } from "node:util/types";
import { decodeNote, encodeNote } from "./note.ts";
import { isSignatureOf, type SignatureBytes, type Signer } from "./signer.ts";

/** A signer that does not answer is not waited for longer. */
const SIGNING_LIMIT_MILLIS = 10_000;
/** Of Ed25519. */
const SIGNATURE_BYTES = 64;

/**
 * The signed note of a text: at once where the signer signs at once.
 *
 * @throws what the signer throws, also as a rejection; an error where it gives no signature, or one that
 * is not of its key, where the text is of no note, or where it does not answer within 10 s.
 */
export function signNote(signer: Signer, text: string): string | Promise<string> {
  const signature = signer.sign(new TextEncoder().encode(text));
  return areBytes(signature) ? noteOf(signer, text, signature) : signLater(signer, text, signature);
}

async function signLater(
  signer: Signer,
  text: string,
  signature: Promise<SignatureBytes>,
): Promise<string> {
  return noteOf(signer, text, await withinLimit(signature));
}

/** What nobody could verify would be worse than none: what was made is asked, as a reader asks it. */
function noteOf({ key, custody }: Signer, text: string, given: unknown): string {
  const { name, keyId } = key;
  const note = encodeNote({ text, signatures: [{ name, keyId, signature: bytesOf(given) }] });
  const read = decodeNote(note);
  const [signature] = read?.signatures ?? [];
  if (read?.text !== text || signature === undefined)
    throw new Error("what is to be signed makes no note that can be read");
  // Our own signatures are right; a function of the user's may be wrong.
  if (custody === "function" && !isSignatureOf(key, text, signature.signature))
    throw new Error("the signing function does not sign with the key that it named");
  return note;
}

function bytesOf(given: unknown): Uint8Array<ArrayBuffer> {
  if (!areBytes(given))
    throw new Error(`the signing function gave ${kindOf(given)}, not the bytes of a signature`);
  if (given.byteLength !== SIGNATURE_BYTES)
    throw new Error(
      `the signing function gave ${given.byteLength} bytes, not the ${SIGNATURE_BYTES} of a signature`,
    );
  const bytes = ArrayBuffer.isView(given)
    ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
    : new Uint8Array(given);
  // Whose they are may change them.
  return Uint8Array.from(bytes);
}

/** Also those of another realm, of which nothing here is an instance. */
function areBytes(given: unknown): given is SignatureBytes {
  return ArrayBuffer.isView(given) || isAnyArrayBuffer(given);
}

function kindOf(given: unknown): string {
  if (given === undefined || given === null) return String(given);
  return `${typeof given === "object" ? "an" : "a"} ${typeof given}`;
}

async function withinLimit(signature: Promise<SignatureBytes>): Promise<SignatureBytes> {
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
