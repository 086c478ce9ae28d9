/**
 * The signing key on disk.
 *
 * In: a place. Out: who signs. `<name>.pem` is the private key (PKCS #8, only its owner may read it);
 * `<name>.pub` lists the public keys that were ever used there, the newest last, one a line, each behind
 * the first with what the key before it signed for it.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { AuditError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { checkOwner } from "../lib/file-trust.ts";
import { FILE_MODE, makeDirectory, replaceFile, syncDirectory, writeFully } from "../lib/files.ts";
import type { KeyRotation } from "./checkpoint.ts";
import { decodeKey, encodeKey, type NoteKey } from "./note.ts";
import {
  decodeSigningKey,
  encodeSigningKey,
  generateSigningKey,
  type Signer,
  signerOf,
} from "./signer.ts";

/** Where the signing key is. */
export interface KeyPlace {
  readonly path: string;
  /** Whether somebody named it: it must be there then, and is never made. */
  readonly isNamed: boolean;
}

/** A key that was used here, and how it came to be. */
export interface KnownKey {
  readonly key: NoteKey;
  readonly rotation?: KeyRotation;
}

/**
 * The signer of the key at a place. One that nobody named is made on first use; where it cannot be
 * kept, it lives in memory.
 *
 * @param directory the audit directory: who may write the records must not find the key beside them.
 * @throws {AuditError} `invalid_option` for a key in the audit directory or one that is none;
 * `unreadable` and `untrusted_file` for one that was named and cannot be used.
 */
export function loadSigner(
  place: KeyPlace,
  directory: string,
  report: (line: string) => void,
): Signer {
  const path = resolve(place.path);
  checkPlace(path, directory);
  if (place.isNamed) return signerOfFile(path);
  try {
    if (existsSync(path)) return signerOfFile(path);
    createKeyFile(path);
    const signer = signerOfFile(path);
    report(
      `a signing key was made: ${path}; its public key is in ${publicKeyFile(path)}: keep a copy where the records are not`,
    );
    return signer;
  } catch (error) {
    report(
      `no signing key can be kept (${messageOf(error)}): checkpoints are signed with one that ends with this process`,
    );
    return signerOf(generateSigningKey(), "memory");
  }
}

/** The file of public keys beside a private one. */
export function publicKeyFile(path: string): string {
  return path.endsWith(".pem") ? `${path.slice(0, -".pem".length)}.pub` : `${path}.pub`;
}

/**
 * Makes a key and the file of its public key; leaves a key that is there as it is.
 *
 * @throws the system error where that cannot be done.
 */
export function createKeyFile(path: string): void {
  makeDirectory(dirname(path));
  const key = generateSigningKey();
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  writeNewFile(temporary, encodeSigningKey(key));
  try {
    // Of several processes that begin at once, one wins; no reader sees a part.
    linkSync(temporary, path);
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(dirname(path));
  const { key: made } = signerOfFile(path);
  const known = readPublicKeys(path);
  if (known.some(({ key: old }) => old.keyId === made.keyId)) return;
  writePublicKeys(path, [...known, { key: made }]);
}

/** The keys that were used at a place, the newest last; none where nobody knows. */
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
    const [first = "", from, signature] = line.trim().split(" ");
    const key = decodeKey(first);
    if (key === undefined) return [];
    return from === undefined || signature === undefined
      ? [{ key }]
      : [{ key, rotation: { from, signature } }];
  });
}

/** Replaces that file. */
export function writePublicKeys(path: string, keys: readonly KnownKey[]): void {
  const lines = keys.map(({ key, rotation }) =>
    rotation === undefined
      ? `${encodeKey(key)}\n`
      : `${encodeKey(key)} ${rotation.from} ${rotation.signature}\n`,
  );
  replaceFile(publicKeyFile(path), lines);
}

/**
 * The signer of a key file.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file`, or `invalid_option`.
 */
export function signerOfFile(path: string): Signer {
  const name = `the signing key ${path}`;
  let pem: string;
  try {
    checkSecret(path, name);
    pem = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError("unreadable", `cannot read ${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const key = decodeSigningKey(pem, name);
  const { key: own } = signerOf(key, "file");
  return signerOf(key, "file", rotationOf(path, own));
}

/** Nothing depends on it: a file that cannot be read says nothing. */
function rotationOf(path: string, own: NoteKey): KeyRotation | undefined {
  try {
    return readPublicKeys(path).find(({ key }) => encodeKey(key) === encodeKey(own))?.rotation;
  } catch {
    return undefined;
  }
}

/** Who may read the key can sign what they like. */
function checkSecret(path: string, name: string): void {
  if (process.platform === "win32") return;
  const mode = checkOwner(path, name);
  if ((mode & 0o077) === 0) return;
  throw new AuditError(
    "untrusted_file",
    `${name} may be read or written by others: chmod 600 ${path}`,
  );
}

function checkPlace(path: string, directory: string): void {
  const below = relative(realPath(directory), realPath(path));
  if (below === ".." || below.startsWith(`..${sep}`) || resolve(below) === below) return;
  throw new AuditError(
    "invalid_option",
    `the signing key ${path} lies in the audit directory ${directory}: whoever may write the records could sign them; set AUDIT_SIGNING_KEY_FILE to a place outside`,
  );
}

/** Links followed as far as there is something. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
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
