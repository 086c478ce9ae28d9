/** Makes the files of a signing key; each appears whole, and is durable before anybody is told. */
import { type KeyObject, randomUUID, sign } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { toBase64 } from "../lib/base64.ts";
import { AuditError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { tryLockFile } from "../lib/file-lock.ts";
import { FILE_MODE, makeDirectory, syncDirectory, writeFully } from "../lib/files.ts";
import { rotationText } from "./checkpoint.ts";
import { encodeKey, type NoteKey } from "./note.ts";
import { readKeyFile } from "./private-key-file.ts";
import {
  isSameKey,
  type KnownKey,
  ownPath,
  readPublicKeys,
  writePublicKeys,
} from "./public-key-file.ts";
import { encodeSigningKey, generateSigningKey, signerOf } from "./signer.ts";

/** Two that make or rotate a key at the same place take turns. */
const LOCK_WAIT_MILLIS = 10_000;

/** What became of making a key. */
export interface MadeKey {
  /** False: there was one, which stays. */
  readonly isMade: boolean;
  /** Why the public key could not be written beside it; undefined: it was. */
  readonly unlisted?: string;
}

/**
 * Makes a key and the file of its public key; leaves a key that is there as it is. Of several
 * processes that begin at once, one makes it.
 *
 * @throws the system error where the private key cannot be kept.
 */
export function createKeyFile(path: string): MadeKey {
  makeDirectory(dirname(path));
  const key = generateSigningKey();
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    writeNewFile(temporary, encodeSigningKey(key));
    // No reader sees a part, and none that is there is replaced.
    linkSync(temporary, path);
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
    return { isMade: false };
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(dirname(path));
  try {
    locked(path, () => writePublicKeys(path, listedWith(path, noteKeyOfPrivate(key))));
    return { isMade: true };
  } catch (error) {
    return { isMade: true, unlisted: messageOf(error) };
  }
}

/**
 * Replaces the key by a new one, which the old one signs. At every instant one of the two is there,
 * and the file of public keys lists it; the old private key is gone when this returns.
 *
 * @returns the new key.
 * @throws {AuditError} `unreadable`, `untrusted_file` or `invalid_option` for a key that cannot be used;
 * `unreadable` also while another rotates it; else the system error.
 */
export function rotateKeyFile(path: string): KnownKey {
  // What cannot be used is refused before anything is written.
  readKeyFile(path);
  // A link stays one: what it leads to is replaced.
  const file = ownPath(path);
  return locked(file, () => {
    const old = readKeyFile(file);
    const from = encodeKey(noteKeyOfPrivate(old));
    const next = generateSigningKey();
    const key = noteKeyOfPrivate(next);
    const text = Buffer.from(rotationText(from, encodeKey(key)));
    const known = { key, rotation: { from, signature: toBase64(sign(null, text, old)) } };
    const temporary = `${file}.next.tmp`;
    rmSync(temporary, { force: true });
    try {
      writeNewFile(temporary, encodeSigningKey(next));
      writePublicKeys(file, [...listedWith(file, noteKeyOfPrivate(old)), known]);
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
    syncDirectory(dirname(file));
    return known;
  });
}

/** The keys of a place, this one among them. */
function listedWith(path: string, key: NoteKey): readonly KnownKey[] {
  const known = readPublicKeys(path);
  return known.some((other) => isSameKey(other.key, key)) ? known : [...known, { key }];
}

function noteKeyOfPrivate(key: KeyObject): NoteKey {
  return signerOf(key, "file").key;
}

function locked<Result>(path: string, act: () => Result): Result {
  const lock = tryLockFile(`${path}.lock`, LOCK_WAIT_MILLIS);
  if (lock === null) {
    throw new AuditError("unreadable", `another process is making or rotating the key ${path}`);
  }
  try {
    return act();
  } finally {
    lock.release();
  }
}

function writeNewFile(path: string, text: string): void {
  const fd = openSync(path, "wx", FILE_MODE);
  try {
    writeFully(fd, Buffer.from(text));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
