/** What `otel-audit keys …` does; loaded when one of its commands runs. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AuditError } from "../lib/errors.ts";
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
import { keyPlaceOfEnvironment } from "../setup/options.ts";
import { type FoundKeys, findKeys, shownKeys } from "./found-keys.ts";
import type { KeyOptions, ShowOptions } from "./keys-command.ts";
import type { Lines } from "./quarantine-command.ts";

/** What is there cannot be used. */
const EXIT_UNUSABLE = 3;

/** Prints the public keys of a place; never makes one. */
export function showKeys({ output, pem, ...options }: ShowOptions, { print, warn }: Lines): void {
  if (pem === true && output === "json")
    throw new AuditError("invalid_option", "say --pem or -o json, not both");
  const found = findKeys(placeOf(options));
  if (output === "json") print(JSON.stringify(shownKeys(found), null, 2));
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
  const path = placeOf(options);
  const auditDirectory = process.env["AUDIT_LOG_DIR"] ?? "";
  if (auditDirectory !== "") checkKeyPlace(path, auditDirectory);
  const refusal = `there is a key already: ${path}; otel-audit keys rotate replaces it, --file names another place`;
  if (existsSync(path)) throw new AuditError("invalid_option", refusal);
  const { isMade, unlisted } = createKeyFile(path);
  if (!isMade) throw new AuditError("invalid_option", refusal);
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
      `${earlier} earlier keys of ${publicKeyFile(path)} have not signed it: pin it beside them`,
    );
}

/** Replaces a key. */
export function rotateKey(options: KeyOptions, { print, warn }: Lines): void {
  const path = placeOf(options);
  const known = rotateKeyFile(path);
  print(encodeKnownKey(known));
  warn(`rotated ${path}: the old key is gone; what it signed still verifies with its public key`);
  warn("processes that run sign with the old key until they restart");
  warn(
    `who verifies needs the new public key, or follows it from the old one: both are in ${publicKeyFile(path)}`,
  );
}

function placeOf({ file }: KeyOptions): string {
  const place = keyPlaceOfEnvironment(file);
  if (place !== undefined) return resolve(place.path);
  throw new AuditError(
    "unreadable",
    "there is no home directory to keep a key in: pass --file or set AUDIT_SIGNING_KEY_FILE",
  );
}
