import type { KeyObject } from "node:crypto";
import { AuditError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { checkPrivate } from "../lib/file-trust.ts";
import { checkRegular, readRegularFile } from "../lib/regular-file.ts";
import { decodeSigningKey } from "./signer.ts";

/**
 * The private key of a file that only its owner can read.
 *
 * @throws {AuditError} `unreadable`; `untrusted_file` for one that others may read; `invalid_option`
 * for one that holds no Ed25519 key.
 */
export function readKeyFile(path: string): KeyObject {
  const name = `the signing key ${path}`;
  let pem: string;
  try {
    // Before its mode: what helps against readers of a file locks a directory.
    checkRegular(path);
    // Who may read the key can sign what they like.
    checkPrivate(path, name);
    pem = readRegularFile(path);
  } catch (error) {
    if (error instanceof AuditError) throw error;
    const isMissing = systemCodeOf(error) === "ENOENT";
    const wayOut = isMissing ? `; make it with: otel-audit keys create --file ${path}` : "";
    throw new AuditError("unreadable", `cannot read ${name}: ${messageOf(error)}${wayOut}`, {
      cause: error,
    });
  }
  return decodeSigningKey(pem, name);
}
