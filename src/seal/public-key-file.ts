/**
 * The public keys of a place: `<name>.pub`, beside the private key `<name>.pem`.
 *
 * In: keys that were ever used there, the newest last. Out: one line each, `<key>` or, where the key
 * came after another, `<key> <key before> <signature>`. Nothing depends on the file: the private key
 * works without it.
 */
import { readFileSync } from "node:fs";
import { systemCodeOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/files.ts";
import type { KeyRotation } from "./checkpoint.ts";
import { decodeKey, encodeKey, type NoteKey } from "./note.ts";

/** A key that was used at a place, and how it came to be. */
export interface KnownKey {
  readonly key: NoteKey;
  /** Undefined: it came after no other. */
  readonly rotation?: Omit<KeyRotation, "to"> | undefined;
}

/** The file of public keys beside a private one. */
export function publicKeyFile(path: string): string {
  return path.endsWith(".pem") ? `${path.slice(0, -".pem".length)}.pub` : `${path}.pub`;
}

/**
 * The keys that were used at a place, the newest last; none where there is no such file.
 *
 * @throws the system error where the file cannot be read.
 */
export function readPublicKeys(path: string): readonly KnownKey[] {
  let text: string;
  try {
    text = readFileSync(publicKeyFile(path), "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  }
  return decodePublicKeys(text);
}

/** The keys of a text in the form of that file; lines that hold none, as comments, are passed over. */
export function decodePublicKeys(text: string): readonly KnownKey[] {
  return text.split("\n").flatMap((line) => {
    const [first = "", from, signature] = line.trim().split(/\s+/);
    const key = decodeKey(first);
    if (key === undefined) return [];
    return from === undefined || signature === undefined
      ? [{ key }]
      : [{ key, rotation: { from, signature } }];
  });
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
