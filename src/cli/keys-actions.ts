/** What `otel-audit keys …` does; loaded when one of its commands runs. */
import { counted, verbFor } from "../lib/counted.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import {
  checkKeyPlace,
  createKeyFile,
  encodeKnownKey,
  encodePublicKey,
  keyPlaceWarnings,
  publicKeyFile,
  readPublicKeys,
  rotateKeyFile,
  signerOfFile,
} from "../seal/index.ts";
import { type FoundKeys, findKeys, shownKeys } from "./found-keys.ts";
import type { KeyOptions, ShowOptions } from "./keys-command.ts";
import type { Lines } from "./lines.ts";
import { keyPathOf, usingKey, whatIsAt } from "./signing-key.ts";
import { jsonText } from "../lib/visible-text.ts";

/** What is there cannot be used. */
const EXIT_UNUSABLE = 3;

/** Prints the public keys of a place; never makes one. */
export function showKeys({ output, pem, ...options }: ShowOptions, { print, warn }: Lines): void {
  if (pem === true && output === "json")
    throw new AuditError("invalid_option", "say --pem or -o json, not both");
  const found = findKeys(keyPathOf(options.file, "--file"));
  if (output === "json") print(jsonText(shownKeys(found), 2));
  else if (pem === true) print(pemOf(found));
  else for (const { known } of found.keys) print(encodeKnownKey(known));
  for (const line of found.warnings) warn(line);
  for (const line of remarksOn(found)) warn(line);
  if (found.isUnusable) process.exitCode = EXIT_UNUSABLE;
}

/** The one that signs; where nobody knows which that is, the newest. */
function pemOf({ keys }: FoundKeys): string {
  const shown = keys.find(({ isCurrent }) => isCurrent) ?? keys.at(-1);
  if (shown === undefined) throw new AuditError("unreadable", "there is no key");
  return encodePublicKey(shown.known.key).trimEnd();
}

function remarksOn({ path, since, keys }: FoundKeys): readonly string[] {
  if (since === undefined) return [`there is no private key in ${path}, only public ones`];
  const current = keys.find(({ isCurrent }) => isCurrent);
  if (current === undefined) return [];
  const how =
    current.isSigned === undefined
      ? "it came after no other"
      : current.isSigned
        ? "the key before it has signed it"
        : "what is to be the signature of the key before it is none";
  return [`the private key is in ${path} since ${since}; ${how}`];
}

/** Makes a key where there is none. */
export function createKey(options: KeyOptions, { print, warn }: Lines): void {
  const path = keyPathOf(options.file, "--file");
  const auditDirectory = process.env["AUDIT_LOG_DIR"] ?? "";
  if (auditDirectory !== "") checkKeyPlace(path, auditDirectory);
  const { isMade, unlisted } = orSay(
    `no signing key can be made in ${path}`,
    "run this as a user that may write there, or name another place with --file",
    () => {
      const refusal = whatIsAt(path);
      return refusal === undefined ? createKeyFile(path) : { isMade: false, unlisted: undefined };
    },
  );
  if (!isMade) throw new AuditError("invalid_option", whatIsAt(path) ?? `${path} was taken away`);
  const earlier = unlisted === undefined ? readPublicKeys(path).length - 1 : 0;
  const { key } = signerOfFile(path);
  print(encodeKnownKey({ key }));
  for (const line of keyPlaceWarnings(path)) warn(line);
  warn(`made ${path}: back it up where the records are not, and let nobody else read it`);
  if (unlisted === undefined)
    warn(`its public key is in ${publicKeyFile(path)}: pin it where you verify`);
  else warn(`its public key could not be written to ${publicKeyFile(path)}: ${unlisted}`);
  if (earlier > 0)
    warn(
      `${counted(earlier, "earlier key")} of ${publicKeyFile(path)} ${verbFor(earlier, "has")} not signed it: pin it beside ${earlier === 1 ? "that" : "them"}`,
    );
}

/** Replaces a key. */
export function rotateKey(options: KeyOptions, { print, warn }: Lines): void {
  const path = keyPathOf(options.file, "--file");
  const known = orSay(
    `the signing key ${path} cannot be replaced`,
    "the old one stays; run this as a user that may write its directory",
    () => usingKey(() => rotateKeyFile(path)),
  );
  print(encodeKnownKey(known));
  warn(`rotated ${path}: the old key is gone; what it signed still verifies with its public key`);
  warn("processes that run sign with the old key until they restart");
  warn(
    `who verifies needs the new public key, or follows it from the old one: both are in ${publicKeyFile(path)}`,
  );
}

/**
 * Says of a system error what was to be done, and the way out.
 *
 * @throws {AuditError} `unreadable`; else what was thrown.
 */
function orSay<Result>(what: string, wayOut: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError("unreadable", `${what}: ${messageOf(error)}; ${wayOut}`, {
      cause: error,
    });
  }
}
