import { existsSync, readFileSync } from "node:fs";
import type { Action } from "../event/index.ts";
import { createCatalogue } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { checkPrivate } from "../lib/file-trust.ts";
import {
  compileRedaction,
  createPseudonyms,
  createRedactor,
  loadRedactionFile,
  type LoadedRedaction,
  MIN_KEY_BYTES,
  needsKey,
  type Pseudonyms,
  redactionOfObject,
  type Redactor,
  weakenings,
} from "../redact/index.ts";
import type { Report } from "./line-writer.ts";
import type { RedactionOptions } from "./options.ts";

const HOW_TO_MAKE_A_KEY = "openssl rand -base64 32 > redaction.key && chmod 600 redaction.key";

/**
 * The redactor that the options ask for: the built-in rules, and those of a policy.
 *
 * @param actions the user's own actions; undefined where nobody knows them, and any name will do.
 * @throws {AuditError} `unreadable`, `untrusted_file` and `invalid_policy` for a policy or a key
 * that cannot be used.
 */
export function openRedactor(
  options: RedactionOptions,
  actions: readonly Action[] | undefined,
  report: Report,
): Redactor {
  const loaded = loadRedaction(options, report);
  if (loaded === undefined) return createRedactor();
  const pseudonyms = needsKey(loaded.document)
    ? readPseudonyms(options, loaded, report)
    : undefined;
  const catalogue = actions === undefined ? undefined : createCatalogue(actions);
  const isAction = (name: string): boolean =>
    catalogue === undefined || catalogue.find(name) !== undefined;
  const compiled = compileRedaction(loaded, pseudonyms, isAction);
  const weak = weakenings(loaded.document);
  if (weak.length > 0) {
    report(`the redaction policy keeps what would be masked by default: ${weak.join("; ")}`);
  }
  return createRedactor(compiled);
}

function loadRedaction(
  { policy, isPolicyNamed }: RedactionOptions,
  report: Report,
): LoadedRedaction | undefined {
  if (typeof policy === "object") return redactionOfObject(policy);
  if (!isPolicyNamed && !existsSync(policy)) return undefined;
  return loadRedactionFile(policy, report);
}

function readPseudonyms(
  { keyFile }: RedactionOptions,
  { locate }: LoadedRedaction,
  report: Report,
): Pseudonyms {
  if (keyFile === undefined) {
    throw new AuditError(
      "invalid_policy",
      `${locate([])}: hash and pseudonym need a key: set AUDIT_REDACTION_KEY_FILE to a file with ` +
        `at least ${MIN_KEY_BYTES} random bytes (${HOW_TO_MAKE_A_KEY})`,
    );
  }
  const secret = readSecret(keyFile);
  const pseudonyms = createPseudonyms(secret);
  report(`pseudonyms are made with the redaction key ${pseudonyms.keyId} of ${keyFile}`);
  return pseudonyms;
}

/** Without the line end that editors and openssl leave behind. */
function readSecret(path: string): Uint8Array {
  let content: Buffer;
  try {
    // Who may read the key can find out who hides behind a pseudonym.
    checkPrivate(path, `the redaction key ${path}`);
    content = readFileSync(path);
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(
      "unreadable",
      `cannot read the redaction key ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  // Only text has a line end that is none of the key's own bytes.
  const [lineEnd = ""] = /^[\x20-\x7e]*(\r?\n)$/.exec(content.toString("latin1"))?.slice(1) ?? [];
  const secret = content.subarray(0, content.length - lineEnd.length);
  if (secret.length < MIN_KEY_BYTES) {
    throw new AuditError(
      "invalid_option",
      `the redaction key ${path} has ${secret.length} bytes: it needs at least ${MIN_KEY_BYTES} (${HOW_TO_MAKE_A_KEY})`,
    );
  }
  return secret;
}
