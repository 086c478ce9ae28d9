import { existsSync, statSync } from "node:fs";
import { fromBase64 } from "../lib/base64.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import {
  isSameKey,
  isSignatureOf,
  keyPlaceWarnings,
  type KnownKey,
  publicKeyFile,
  readPublicKey,
  readPublicKeys,
  type Signer,
  signerOfFile,
} from "../seal/index.ts";
import { encodeKey, rotationText } from "../seal/portable.ts";

/** What is known of the keys of a place. */
export interface FoundKeys {
  /** Of the private key. */
  readonly path: string;
  /** When the private key was written, ISO 8601; undefined where it is not there. */
  readonly since: string | undefined;
  /** The newest last. */
  readonly keys: readonly FoundKey[];
  readonly warnings: readonly string[];
  /** Whether a service would refuse what is there. */
  readonly isUnusable: boolean;
}

/** A key in {@link FoundKeys}. */
export interface FoundKey {
  readonly known: KnownKey;
  /** Whether it is the one that signs now. */
  readonly isCurrent: boolean;
  /** Whether the key before it has signed it; undefined: it came after no other. */
  readonly isSigned: boolean | undefined;
}

/**
 * Looks at the private key and the file of public keys, as far as they are there.
 *
 * @throws {AuditError} why nothing can be shown.
 */
export function findKeys(path: string): FoundKeys {
  const isThere = existsSync(path);
  const [signer, refusal] = isThere ? signerOrWhy(path) : [];
  const [listed, problem] = listedOrWhy(path);
  if (signer === undefined && listed.length === 0) {
    if (refusal !== undefined)
      throw new AuditError("unreadable", refusal.message, { cause: refusal });
    throw new AuditError(
      "unreadable",
      `there is no key in ${path}${problem === undefined ? "" : `, and ${problem}`}: otel-audit keys create makes one, --file names another place`,
    );
  }
  const isListed = listed.some(({ key }) => signer !== undefined && isSameKey(key, signer.key));
  const known = signer === undefined || isListed ? listed : [...listed, { key: signer.key }];
  const keys = known.map((one) => ({
    known: one,
    isCurrent: signer !== undefined && isSameKey(one.key, signer.key),
    isSigned: isSigned(one),
  }));
  const warnings = [
    ...(refusal === undefined ? [] : [`${refusal.message}; a service would not start with it`]),
    ...(isThere ? keyPlaceWarnings(path) : []),
    ...(signer === undefined || isListed ? [] : [unlistedWarning(path, problem)]),
    ...(signer !== undefined && keys.at(-1)?.isCurrent === false
      ? [
          "the last of these keys was never put in place: a rotation was interrupted; begin it again",
        ]
      : []),
  ];
  const since = isThere ? statSync(path).mtime.toISOString() : undefined;
  return { path, since, keys, warnings, isUnusable: refusal !== undefined };
}

function signerOrWhy(path: string): [Signer | undefined, AuditError?] {
  try {
    return [signerOfFile(path)];
  } catch (error) {
    if (error instanceof AuditError) return [undefined, error];
    throw error;
  }
}

function listedOrWhy(path: string): [readonly KnownKey[], string?] {
  const file = publicKeyFile(path);
  try {
    return existsSync(file) ? [readPublicKeys(path)] : [[], `${file} is not there`];
  } catch (error) {
    return [[], `${file} cannot be read (${messageOf(error)})`];
  }
}

function unlistedWarning(
  path: string,
  problem = `${publicKeyFile(path)} does not list this key`,
): string {
  return `${problem}: keep the line above; which keys came before it is not known`;
}

function isSigned({ key, rotation }: KnownKey): boolean | undefined {
  if (rotation === undefined) return undefined;
  const signature = fromBase64(rotation.signature);
  if (signature === undefined) return false;
  try {
    const text = rotationText(rotation.from, encodeKey(key));
    return isSignatureOf(readPublicKey(rotation.from), text, signature);
  } catch {
    return false;
  }
}

/** The same as JSON: `{file, publicKeyFile, since, keys: [{key, keyId, current, rotation}]}`. */
export function shownKeys({ path, since, keys }: FoundKeys): object {
  return {
    file: path,
    publicKeyFile: publicKeyFile(path),
    since: since ?? null,
    keys: keys.map(({ known: { key, rotation }, isCurrent, isSigned: isValid }) => ({
      key: encodeKey(key),
      keyId: key.keyId,
      current: isCurrent,
      rotation: rotation === undefined ? null : { ...rotation, valid: isValid === true },
    })),
  };
}
