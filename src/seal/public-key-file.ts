/**
 * The public keys of a place: `<name>.pub`, beside the private key `<name>.pem`.
 *
 * In: keys that were ever used there, the newest last. Out: one line each, `<key>` or, where the key
 * came after another, `<key> <key before> <signature>`. Nothing depends on the file: the private key
 * works without it.
 */
import { lstatSync, realpathSync } from "node:fs";
import { fromBase64 } from "../lib/base64.ts";
import { systemCodeOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/files.ts";
import { readRegularFile } from "../lib/regular-file.ts";
import type { KeyRotation } from "./checkpoint.ts";
import { decodeKey, encodeKey, type NoteKey } from "./note.ts";

/** Of Ed25519. */
const SIGNATURE_BYTES = 64;
/** Ours have 64; the rest of it is the name. */
const MAX_KEY_UNITS = 500;

/** A key that was used at a place, and how it came to be. */
export interface KnownKey {
  readonly key: NoteKey;
  /** Undefined: it came after no other. */
  readonly rotation?: Omit<KeyRotation, "to"> | undefined;
}

/** The file of public keys beside a private one, also where that is named by a link. */
export function publicKeyFile(path: string): string {
  const own = ownPath(path);
  return own.endsWith(".pem") ? `${own.slice(0, -".pem".length)}.pub` : `${own}.pub`;
}

/** Where a key is that may be named by a link: all its names are one place. */
export function ownPath(path: string): string {
  try {
    return lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  } catch {
    // It is not there, or leads to nothing.
    return path;
  }
}

/**
 * The keys that were used at a place, the newest last; none where there is no such file.
 *
 * @throws the system error where the file cannot be read; an error where it is no regular one.
 */
export function readPublicKeys(path: string): readonly KnownKey[] {
  let text: string;
  try {
    text = readRegularFile(publicKeyFile(path));
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  }
  return decodePublicKeys(text);
}

/**
 * The keys of a text in the form of that file. Lines that begin with none, as comments, are passed over;
 * so is what stands behind a key and is no key and signature: a note that said it could not be read.
 */
export function decodePublicKeys(text: string): readonly KnownKey[] {
  return text.split("\n").flatMap((line) => {
    const [first = "", ...behind] = line.trim().split(/\s+/);
    const key = decodeListed(first);
    if (key === undefined) return [];
    const rotation = decodeRotation(behind);
    return rotation === undefined ? [{ key }] : [{ key, rotation }];
  });
}

function decodeRotation([
  from = "",
  signature = "",
  ...rest
]: readonly string[]): KnownKey["rotation"] {
  const isWhole =
    rest.length === 0 &&
    decodeListed(from) !== undefined &&
    fromBase64(signature)?.length === SIGNATURE_BYTES;
  return isWhole ? { from, signature } : undefined;
}

/** A key whose text is fit for a note, and for a terminal. */
function decodeListed(text: string): NoteKey | undefined {
  return text.length > MAX_KEY_UNITS || /\p{C}/u.test(text) ? undefined : decodeKey(text);
}

/** One line of that file, without its end. */
export function encodeKnownKey({ key, rotation }: KnownKey): string {
  return rotation === undefined
    ? encodeKey(key)
    : `${encodeKey(key)} ${rotation.from} ${rotation.signature}`;
}

/** Whether two keys are the same. */
export function isSameKey(left: NoteKey, right: NoteKey): boolean {
  return encodeKey(left) === encodeKey(right);
}

/**
 * Replaces that file at once.
 *
 * @throws the system error.
 */
export function writePublicKeys(path: string, keys: readonly KnownKey[]): void {
  replaceFile(
    publicKeyFile(path),
    keys.map((known) => `${encodeKnownKey(known)}\n`),
  );
}
