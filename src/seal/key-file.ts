/**
 * The signing key on disk.
 *
 * In: a place. Out: who signs. `<name>.pem` is the private key (PKCS #8); only its owner may read it,
 * and it lies where the records do not.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AuditError, messageOf } from "../lib/errors.ts";
import type { KeyRotation } from "./checkpoint.ts";
import { checkKeyPlace, keyPlaceWarnings } from "./key-place.ts";
import { createKeyFile } from "./make-key-file.ts";
import { encodeKey, type NoteKey } from "./note.ts";
import { readKeyFile } from "./private-key-file.ts";
import { publicKeyFile, readPublicKeys } from "./public-key-file.ts";
import { generateSigningKey, type Signer, signerOf } from "./signer.ts";

/** Where the signing key is. */
export interface KeyPlace {
  readonly path: string;
  /** Whether somebody named it: it must be there then, and is never made. */
  readonly isNamed: boolean;
}

/**
 * The signer of the key at a place. One that nobody named is made on first use; where it cannot be
 * kept or read, a key lives in memory.
 *
 * @param place undefined: there is none.
 * @param directory the audit directory: who may write the records must not find the key beside them.
 * @throws {AuditError} `invalid_option` for a key in the audit directory or one that is none;
 * `untrusted_file` for one that others may read; `unreadable` for one that was named and cannot be read.
 */
export function loadSigner(
  place: KeyPlace | undefined,
  directory: string,
  report: (line: string) => void,
): Signer {
  if (place === undefined) return signerInMemory("there is no home directory", report);
  const path = resolve(place.path);
  checkKeyPlace(path, directory);
  if (place.isNamed) return signerIn(path, report);
  if (!existsSync(path)) {
    try {
      makeFirst(path, report);
    } catch (error) {
      return signerInMemory(messageOf(error), report);
    }
  }
  try {
    return signerIn(path, report);
  } catch (error) {
    // A key that is there and must not be used is no reason to take another one unasked.
    if (!(error instanceof AuditError) || error.code !== "unreadable") throw error;
    return signerInMemory(error.message, report);
  }
}

function signerIn(path: string, report: (line: string) => void): Signer {
  const signer = signerOfFile(path);
  for (const line of keyPlaceWarnings(path)) report(line);
  return signer;
}

function makeFirst(path: string, report: (line: string) => void): void {
  const { isMade, unlisted } = createKeyFile(path);
  if (!isMade) return;
  const where =
    unlisted === undefined
      ? `its public key is in ${publicKeyFile(path)}`
      : `its public key could not be written beside it (${unlisted}), otel-audit keys show prints it`;
  report(`a signing key was made: ${path}; ${where}: keep a copy where the records are not`);
}

function signerInMemory(why: string, report: (line: string) => void): Signer {
  report(
    `no signing key can be kept (${why}): checkpoints are signed with one that ends with this process; AUDIT_SIGNING_KEY_FILE names one that stays`,
  );
  return signerOf(generateSigningKey(), "memory");
}

/**
 * The signer of a key file.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file`, or `invalid_option`.
 */
export function signerOfFile(path: string): Signer {
  const key = readKeyFile(path);
  const { key: own } = signerOf(key, "file");
  return signerOf(key, "file", rotationsOf(path, own));
}

/** The first checkpoint of every stream says them all: so many, the newest. */
const MAX_ROTATIONS = 100;

/**
 * The steps that led to a key, the newest first: a process need not have run with each key between.
 * Nothing depends on them: a file that cannot be read says nothing.
 */
function rotationsOf(path: string, own: NoteKey): readonly KeyRotation[] {
  const steps: KeyRotation[] = [];
  try {
    const known = new Map(
      readPublicKeys(path).map(({ key, rotation }) => [encodeKey(key), rotation]),
    );
    let to = encodeKey(own);
    while (steps.length < MAX_ROTATIONS) {
      const rotation = known.get(to);
      if (rotation === undefined) return steps;
      known.delete(to);
      steps.push({ ...rotation, to });
      to = rotation.from;
    }
    return steps;
  } catch {
    return [];
  }
}
